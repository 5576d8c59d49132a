package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// `nodejs16.x` and later, run by the host's Node.js and our bootstrap.
final class NodeRuntimes implements RuntimeFamily {
    private static final List<String> IDS =
            List.of("nodejs16.x", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x");

    /// The first version that resolves ES modules by hooks without a thread of their own.
    private static final Version WITH_HOOKS = new Version(22, 15, 0, "22.15.0");

    private final HostLayout host;
    private final VersionProbe probe;

    NodeRuntimes(HostLayout host, VersionProbe probe) {
        this.host = host;
        this.probe = probe;
    }

    @Override
    public List<String> ids() {
        return IDS;
    }

    @Override
    public Optional<Found> find(String id) {
        return folders(id)
                .flatMap(folder -> Interpreter.at(folder.resolve("node")).stream())
                .flatMap(interpreter -> version(interpreter).stream()
                        .filter(version -> version.major() == major(id))
                        .map(version -> new Found(runtime(id, version, interpreter), interpreter)))
                .findFirst();
    }

    /// Ordered by preference; read only as far as needed.
    private Stream<Path> folders(String id) {
        return Stream.<Supplier<List<Path>>>of(
                        () -> Folders.bin(host.kept().copies(id)),
                        host::searchPath,
                        () -> host.nvmFolders().stream()
                                .flatMap(folder -> Folders.matching(folder, "versions/node/*/bin").stream())
                                .toList(),
                        () -> host.underHomes(".nvm/versions/node/*/bin"),
                        () -> host.underHomes(".local/share/fnm/node-versions/*/installation/bin"),
                        () -> host.underHomes(".fnm/node-versions/*/installation/bin"),
                        () -> host.underHomes(".volta/tools/image/node/*/bin"),
                        () -> host.underHomes(".local/share/mise/installs/node/*/bin"),
                        () -> host.underHomes(".asdf/installs/nodejs/*/bin"),
                        () -> host.underRoot("usr/local/bin"),
                        () -> host.underRoot("usr/local/lib/nodejs/*/bin"),
                        () -> host.underRoot("usr/bin"),
                        () -> host.underRoot("opt/*/bin"))
                .flatMap(places -> places.get().stream());
    }

    private Optional<Version> version(Interpreter interpreter) {
        return interpreter.versionOfFolder().or(() -> probe.versionOf(interpreter));
    }

    private static int major(String id) {
        return Integer.parseInt(id.substring("nodejs".length(), id.length() - ".x".length()));
    }

    private InstalledRuntime runtime(String id, Version version, Interpreter interpreter) {
        var mounts = new ArrayList<>(interpreter.mounts(host));
        mounts.add(new Mount(host.guest().resolve("node"), LambdaPaths.RUNTIME));
        var words = new ArrayList<String>();
        if (version.compareTo(WITH_HOOKS) < 0) {
            // Our bootstrap has ES modules found by NODE_PATH, as AWS's Node.js does, from within.
            words.add("--expose-internals");
        }
        words.add(LambdaPaths.RUNTIME + "/bootstrap.cjs");
        var sdk = SharedSdk.newest(host.kept(), SharedSdk.NODE, Integer.toString(major(id)));
        // Last in NODE_PATH but for the runtime's own: the function's copy and those of its layers come first.
        sdk.ifPresent(found -> mounts.add(new Mount(found.folder(), LambdaPaths.RUNTIME + "/node_modules")));
        var modules = "/opt/nodejs/node%d/node_modules:/opt/nodejs/node_modules:".formatted(major(id));
        return new InstalledRuntime(
                id,
                version.text(),
                interpreter.executable().toString(),
                mounts,
                new StartCommand.Node(interpreter.pathInside(host), words),
                Map.of("NODE_PATH", modules + "/var/runtime/node_modules:/var/runtime:/var/task"),
                ChannelUse.RUNTIME_API,
                sdk.map(SharedSdk::title));
    }

    @Override
    public String advice(String id) {
        return "./hearth runtimes install %s installs Node.js %d".formatted(id, major(id));
    }
}
