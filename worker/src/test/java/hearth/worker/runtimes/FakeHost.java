package hearth.worker.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A host's folders with interpreters that cannot run, and a probe that knows their versions.
final class FakeHost implements VersionProbe {
    private final Path root;
    private final Map<Path, String> versions = new HashMap<>();
    int probes;

    FakeHost(Path root) throws IOException {
        // What a sandbox sees is told by resolved paths.
        this.root = root.toRealPath();
    }

    /// @param path relative to the root
    Path program(String path) throws IOException {
        var program = file(path, "\u007fELF and more");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    /// A program whose version only it can tell.
    void program(String path, String version) throws IOException {
        versions.put(program(path), version);
    }

    void python(String prefix, String id) throws IOException {
        program(prefix + "/bin/" + id);
        Files.createDirectories(root.resolve(prefix, "lib", id, "encodings"));
    }

    void python(String prefix, String id, String version) throws IOException {
        python(prefix, id);
        versions.put(root.resolve(prefix, "bin", id), version);
    }

    void java(String home, String version) throws IOException {
        program(home + "/bin/java");
        file(home + "/release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"x86_64\"\n");
    }

    void script(String path) throws IOException {
        Files.setPosixFilePermissions(
                file(path, "#!/bin/sh\nexec python\n"), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    void link(String path, String target) throws IOException {
        var link = root.resolve(path);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, root.resolve(target));
    }

    private Path file(String path, String content) throws IOException {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    Path path(String path) {
        return root.resolve(path);
    }

    void touch(String path) throws IOException {
        Files.setLastModifiedTime(root.resolve(path), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    }

    void upgrade(String path, String version) throws IOException {
        versions.put(root.resolve(path), version);
        touch(path);
    }

    Runtimes runtimes(String... searchPath) {
        var layout = new HostLayout(
                root,
                List.of(root.resolve("root")),
                List.of(searchPath).stream().map(root::resolve).toList(),
                List.of(),
                List.of(),
                List.of(),
                root.resolve("hearth/guest"));
        return Runtimes.discover(layout, this, Optional.empty());
    }

    @Override
    public Optional<Version> versionOf(Interpreter interpreter) {
        probes++;
        return Optional.ofNullable(versions.get(interpreter.executable())).flatMap(Version::in);
    }
}
