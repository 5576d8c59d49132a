package hearth.server.cli;

import java.nio.file.Path;

/// The folder of the files that go into sandboxes: beside the program's own, unless `hearth.guest` says otherwise.
final class Guest {
    private Guest() {}

    static Path folder() {
        var told = System.getProperty("hearth.guest");
        return Path.of(told == null ? "guest" : told).toAbsolutePath().normalize();
    }
}
