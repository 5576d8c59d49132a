package hearth.server.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The `--data` option that most commands have.
final class DataFolder {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:HEARTH_DATA:-${sys:user.home}/.hearth}",
            description = "Folder of everything that is kept (${DEFAULT-VALUE}).")
    private Path path = Path.of("");

    Path path() {
        return path.toAbsolutePath().normalize();
    }
}
