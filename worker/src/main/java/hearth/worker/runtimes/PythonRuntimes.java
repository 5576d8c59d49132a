package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// `python3.8` and later, run by the host's CPython and our bootstrap.
final class PythonRuntimes implements RuntimeFamily {
    private static final List<String> IDS = List.of(
            "python3.8",
            "python3.9",
            "python3.10",
            "python3.11",
            "python3.12",
            "python3.13",
            "python3.14",
            "python3.15");

    /// Where a sandbox sees the shared SDK: behind the standard library and before the interpreter's own packages.
    private static final String SDK = LambdaPaths.RUNTIME + "/sdk";

    private final HostLayout host;
    private final VersionProbe probe;

    PythonRuntimes(HostLayout host, VersionProbe probe) {
        this.host = host;
        this.probe = probe;
    }

    @Override
    public List<String> ids() {
        return IDS;
    }

    /// The id is also the name of CPython's executable, with all installers.
    @Override
    public Optional<Found> find(String id) {
        return folders(host, id)
                .flatMap(folder -> Interpreter.at(folder.resolve(id)).stream())
                .filter(interpreter -> hasLibrary(interpreter, id))
                .flatMap(interpreter -> version(interpreter, id).stream()
                        .map(version -> new Found(runtime(id, version, interpreter), interpreter)))
                .findFirst();
    }

    @Override
    public boolean prepare(Found found) {
        var interpreter = found.interpreter();
        if (interpreter != null) {
            var digits = found.runtime().id().substring("python".length()).replace(".", "");
            new PythonBytecode(bootstrap()).compile(interpreter, "cpython-" + digits);
            sdk(found.runtime().id()).ifPresent(sdk -> SdkBytecode.compile(sdk, interpreter, "cpython-" + digits));
        }
        return false;
    }

    private Optional<SharedSdk> sdk(String id) {
        return SharedSdk.newest(host.kept(), SharedSdk.PYTHON, id.substring("python".length()));
    }

    private Path bootstrap() {
        return host.guest().resolve("python");
    }

    /// Ordered by preference; read only as far as needed.
    private static Stream<Path> folders(HostLayout host, String id) {
        return Stream.<Supplier<List<Path>>>of(
                        () -> Folders.bin(host.kept().copies(id)),
                        host::searchPath,
                        () -> host.pyenvRoots().stream()
                                .flatMap(root -> Folders.matching(root, "versions/*/bin").stream())
                                .toList(),
                        () -> host.underHomes(".pyenv/versions/*/bin"),
                        () -> host.underHomes(".local/share/uv/python/*/bin"),
                        () -> host.underHomes(".local/share/mise/installs/python/*/bin"),
                        () -> host.underHomes(".asdf/installs/python/*/bin"),
                        () -> host.underRoot("usr/local/bin"),
                        () -> host.underRoot("usr/bin"),
                        () -> host.underRoot("opt/*/bin"))
                .flatMap(places -> places.get().stream());
    }

    static List<Path> packages(HostLayout host) {
        return IDS.stream()
                .flatMap(id -> Stream.of(
                                folders(host, id).map(folder -> folder.resolve("../lib/" + id + "/site-packages")),
                                host.underHomes(".local/lib/" + id + "/site-packages").stream(),
                                host.underRoot("usr/local/lib/" + id + "/dist-packages").stream(),
                                host.underRoot("usr/lib/python3/dist-packages").stream())
                        .flatMap(all -> all))
                .map(Path::normalize)
                .filter(Files::isDirectory)
                .distinct()
                .toList();
    }

    /// Some packages bring the program without its modules.
    private static boolean hasLibrary(Interpreter interpreter, String id) {
        return Stream.of("lib", "lib64")
                .anyMatch(lib -> Files.exists(
                        interpreter.prefix().resolve(lib).resolve(id).resolve("encodings")));
    }

    private Optional<Version> version(Interpreter interpreter, String id) {
        return interpreter
                .versionOfFolder()
                .filter(version -> id.equals("python" + version.major() + "." + version.minor()))
                .or(() -> probe.versionOf(interpreter));
    }

    private InstalledRuntime runtime(String id, Version version, Interpreter interpreter) {
        var mounts = new ArrayList<>(interpreter.mounts(host));
        mounts.add(new Mount(bootstrap(), LambdaPaths.RUNTIME));
        var sdk = sdk(id);
        sdk.ifPresent(found -> mounts.add(new Mount(found.folder(), SDK)));
        var words = new ArrayList<>(List.of(interpreter.pathInside(host), "-S", "-u"));
        if (sdk.isPresent()) {
            words.addAll(List.of("-X", "hearth_sdk=" + SDK));
        }
        words.add(LambdaPaths.RUNTIME + "/bootstrap.py");
        return new InstalledRuntime(
                id,
                version.text(),
                interpreter.executable().toString(),
                mounts,
                // Without `site`, which would run whatever the host has in its site-packages; and unbuffered, so that
                // what was printed before a crash or a time-out is in the log, and once, also if the process forks.
                new StartCommand.Fixed(words),
                Map.of("LC_CTYPE", "C.UTF-8", "PWD", LambdaPaths.TASK, "SHLVL", "0"),
                ChannelUse.RUNTIME_API,
                sdk.map(SharedSdk::title).or(() -> ownSdk(interpreter, id)));
    }

    /// What the interpreter's own packages hold, which functions find as well.
    private static Optional<String> ownSdk(Interpreter interpreter, String id) {
        var packages = interpreter.prefix().resolve("lib").resolve(id).resolve("site-packages");
        try (var found = Files.newDirectoryStream(packages, "boto3-*.dist-info")) {
            for (var info : found) {
                var version = Version.in(info.getFileName().toString());
                if (version.isPresent()) {
                    return Optional.of("boto3 " + version.get().text() + " of its own");
                }
            }
        } catch (IOException _) {
            // It has no packages at all.
        }
        return Optional.empty();
    }

    @Override
    public String advice(String id) {
        return "./hearth runtimes install %s installs Python %s".formatted(id, id.substring("python".length()));
    }
}
