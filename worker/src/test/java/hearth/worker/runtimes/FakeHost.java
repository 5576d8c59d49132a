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

    /// As `hearth runtimes install` does it: built elsewhere in the folder, and renamed.
    ///
    /// @param path of the program, from the folder of what is kept
    void install(String path) throws IOException {
        var copy = Path.of(path).subpath(0, 2);
        program("data/runtimes/.building/new/" + copy.relativize(Path.of(path)));
        keep(copy);
    }

    void sdk(String copy, String modules, String since) throws IOException {
        var version = Path.of(copy).getFileName().toString().replaceFirst("-.*", "");
        file("data/runtimes/.building/new/" + SharedSdk.PROPERTIES, "version=" + version + "\nsince=" + since + "\n");
        Files.createDirectories(root.resolve("data/runtimes/.building/new", modules));
        keep(Path.of(copy));
    }

    private void keep(Path copy) throws IOException {
        var place = root.resolve("data/runtimes").resolve(copy);
        Files.createDirectories(place.getParent());
        Files.move(root.resolve("data/runtimes/.building/new"), place);
        Files.delete(root.resolve("data/runtimes/.building"));
    }

    void uninstall(String name) throws IOException {
        Files.move(root.resolve("data/runtimes").resolve(name), root.resolve("removed"));
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
                root.resolve("hearth/guest"),
                new KeptRuntimes(root.resolve("data/runtimes")));
        return Runtimes.discover(layout, this, Optional.empty());
    }

    @Override
    public Optional<Version> versionOf(Interpreter interpreter) {
        probes++;
        return Optional.ofNullable(versions.get(interpreter.executable())).flatMap(Version::in);
    }
}
