package hearth.worker.runtimes;

import hearth.worker.sandbox.SandboxSpec.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// `ruby3.2` and later, run by the host's Ruby and our bootstrap.
final class RubyRuntimes implements RuntimeFamily {
    private static final List<String> IDS = List.of("ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0");

    private final HostLayout host;
    private final VersionProbe probe;

    RubyRuntimes(HostLayout host, VersionProbe probe) {
        this.host = host;
        this.probe = probe;
    }

    @Override
    public List<String> ids() {
        return IDS;
    }

    /// Debian's programs are named as the runtimes are, all others `ruby`.
    @Override
    public Optional<Found> find(String id) {
        return folders(id)
                .flatMap(folder -> Stream.of(id, "ruby").flatMap(name -> Interpreter.at(folder.resolve(name)).stream()))
                .flatMap(interpreter -> version(interpreter).stream()
                        .filter(version -> id.equals("ruby" + version.major() + "." + version.minor()))
                        .map(version -> new Found(runtime(id, version, interpreter), interpreter)))
                .findFirst();
    }

    /// Ordered by preference; read only as far as needed.
    private Stream<Path> folders(String id) {
        return Stream.<Supplier<List<Path>>>of(
                        () -> Folders.bin(host.kept().copies(id)),
                        host::searchPath,
                        () -> host.underHomes(".rbenv/versions/*/bin"),
                        () -> host.underHomes(".rubies/*/bin"),
                        () -> host.underHomes(".rvm/rubies/*/bin"),
                        () -> host.underHomes(".local/share/mise/installs/ruby/*/bin"),
                        () -> host.underHomes(".asdf/installs/ruby/*/bin"),
                        () -> host.underRoot("usr/local/bin"),
                        () -> host.underRoot("usr/bin"),
                        () -> host.underRoot("opt/rubies/*/bin"),
                        () -> host.underRoot("opt/*/bin"))
                .flatMap(places -> places.get().stream());
    }

    private Optional<Version> version(Interpreter interpreter) {
        return interpreter.versionOfFolder().or(() -> probe.versionOf(interpreter));
    }

    private InstalledRuntime runtime(String id, Version version, Interpreter interpreter) {
        var mounts = new ArrayList<>(interpreter.mounts(host));
        mounts.add(new Mount(host.guest().resolve("ruby"), LambdaPaths.RUNTIME));
        var abi = version.major() + "." + version.minor() + ".0";
        var words = new ArrayList<String>();
        words.add(interpreter.pathInside(host));
        words.addAll(libraries(interpreter, abi));
        // Of a locale that few hosts have, it would take the encoding to be ASCII.
        words.add("-EUTF-8");
        words.add(LambdaPaths.RUNTIME + "/bootstrap.rb");
        return new InstalledRuntime(
                id,
                version.text(),
                interpreter.executable().toString(),
                mounts,
                new StartCommand.Fixed(words),
                Map.of(
                        "GEM_PATH",
                        "/var/task/vendor/bundle/ruby/%s:/opt/ruby/gems/%s".formatted(abi, abi),
                        "RUBYLIB",
                        "/var/task:/var/runtime/lib:/opt/ruby/lib"),
                ChannelUse.NONE,
                Optional.empty());
    }

    /// A Ruby looks for its library where it was installed to, unless it is told where that is now.
    private List<String> libraries(Interpreter interpreter, String abi) {
        if (host.isVisibleInSandboxes(interpreter.executable())) {
            return List.of();
        }
        var library = Path.of("lib", "ruby", abi);
        var inside = LambdaPaths.LANGUAGE + "/" + library;
        var words = new ArrayList<>(List.of("-I" + inside));
        for (var folder : Folders.matching(interpreter.prefix().resolve(library), "*")) {
            if (Files.exists(folder.resolve("rbconfig.rb"))) {
                words.add("-I" + inside + "/" + folder.getFileName());
            }
        }
        return words;
    }

    @Override
    public String advice(String id) {
        return "./hearth runtimes install %s installs Ruby %s".formatted(id, id.substring("ruby".length()));
    }
}
