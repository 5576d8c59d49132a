package hearth.server.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// A host with a program `npm` that packs what a test has published, and interpreters that only tell their version.
final class FakeNpm {
    private final Path folder;

    FakeNpm(Path folder) {
        this.folder = folder;
    }

    /// Packs an interpreter as npm's packages do.
    ///
    /// @param name of the archive
    /// @param body of the interpreter's `main`, in C
    Path archive(String name, String program, String body) throws IOException, InterruptedException {
        var prefix = prefix(name, program, body);
        var archive = folder.resolve(name + ".tgz");
        run(List.of(
                "tar",
                "-czf",
                archive.toString(),
                "-C",
                prefix.resolveSibling(".").toString(),
                "package"));
        return archive;
    }

    /// A folder with such an interpreter.
    Path prefix(String name, String program, String body) throws IOException, InterruptedException {
        var prefix = Files.createDirectories(folder.resolve(name).resolve("package"));
        var source =
                Files.writeString(folder.resolve(name + ".c"), "#include <stdio.h>\nint main(void) { " + body + " }\n");
        var executable = prefix.resolve(program);
        Files.createDirectories(executable.resolveSibling("."));
        run(List.of("gcc", "-o", executable.toString(), source.toString()));
        // As on a host that lets nobody else read.
        Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(prefix, PosixFilePermissions.fromString("rwx------"));
        return prefix;
    }

    static String printing(String version) {
        return "puts(\"" + version + "\"); return 0;";
    }

    /// The environment of a host whose `npm pack` brings this archive.
    Map<String, String> environment(Path archive) throws IOException {
        var programs = Files.createDirectories(folder.resolve("programs"));
        var npm = Files.writeString(programs.resolve("npm"), """
                #!/bin/sh
                [ "$1" = pack ] || exit 9
                for word; do last=$word; done
                echo "$last" >>%s
                cp %s .
                """.formatted(folder.resolve("asked"), archive));
        Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Map.of("PATH", programs + ":/usr/bin:/bin");
    }

    String asked() throws IOException {
        return Files.readString(folder.resolve("asked")).strip();
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
