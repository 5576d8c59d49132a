package hearth.server.install;

import hearth.cluster.DataFolder;
import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.KeptRuntimes;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.runtimes.SharedSdk;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Installs runtimes and SDKs, and removes them. What goes into the data folder is built beside its place, tried, and
/// renamed; a running server sees it with the next function that starts.
public final class Installer {
    private static final String BUILDING = KeptRuntimes.PASSING + "building";
    private static final String REMOVED = KeptRuntimes.PASSING + "removed";
    private static final String LOCK = KeptRuntimes.PASSING + "lock";

    private final KeptRuntimes kept;
    private final Runtimes runtimes;
    private final PrintStream progress;
    private final HostProgram host;
    private final Archives archives;
    private final ProgramTrial trial;

    /// @param environment of this process
    /// @param progress where it is said what is being done
    public Installer(HostLayout layout, Map<String, String> environment, PrintStream progress) {
        this.kept = layout.kept();
        this.runtimes = Runtimes.discover(layout);
        this.progress = progress;
        this.host = new HostProgram(environment, progress);
        this.archives = new Archives(host);
        this.trial = new ProgramTrial(host);
    }

    /// The options of an installation.
    ///
    /// @param from a folder or an archive that has it; empty to fetch it
    /// @param clients of the SDK for JavaScript, besides the usual ones
    public record Options(Optional<Path> from, List<String> clients) {
        public Options {
            clients = List.copyOf(clients);
        }
    }

    /// Installs these, one after the other, up to the first that fails.
    public void install(List<Wanted> all, Options options) throws InstallException, IOException {
        if (options.from().isPresent() && all.size() != 1) {
            throw new InstallException("--from is for one at a time");
        }
        for (var wanted : all) {
            checkName(wanted);
        }
        try (var _ = lock()) {
            for (var wanted : all) {
                progress.println(wanted.name() + ":");
                switch (wanted.name()) {
                    case SharedSdk.PYTHON -> installPythonSdk(wanted, options);
                    case SharedSdk.NODE -> installNodeSdk(wanted, options);
                    default -> installRuntime(wanted, options);
                }
            }
        }
    }

    private void checkName(Wanted wanted) throws InstallException {
        var known = new HashSet<>(runtimes.ids());
        known.addAll(List.of(SharedSdk.PYTHON, SharedSdk.NODE));
        if (!known.contains(wanted.name())) {
            throw new InstallException("there is no runtime " + wanted.name() + "; ./hearth runtimes lists all, and "
                    + SharedSdk.PYTHON + " and " + SharedSdk.NODE + " are AWS's SDKs");
        }
    }

    /// Builds behind a lock: one process at a time.
    private FileChannel lock() throws IOException, InstallException {
        DataFolder.prepare(kept.folder().resolveSibling(".").normalize());
        Files.createDirectories(kept.folder());
        var channel =
                FileChannel.open(kept.folder().resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isLocked(channel)) {
                throw new InstallException("another command installs or removes runtimes just now");
            }
            // What a command left that was ended in the middle.
            FileTrees.delete(kept.folder().resolve(BUILDING));
            FileTrees.delete(kept.folder().resolve(REMOVED));
            return channel;
        } catch (IOException | InstallException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            // Another of this process has it.
            return false;
        }
    }

    // ---- Runtimes ---------------------------------------------------------------------------------------------------

    private void installRuntime(Wanted wanted, Options options) throws InstallException, IOException {
        var id = wanted.name();
        var language = Language.of(id).orElseThrow(() -> new InstallException(runtimes.advice(id)));
        var from = options.from();
        if (from.isPresent()) {
            keepRuntime(id, new GivenFiles(from.get(), language.program(id), archives));
        } else if (language == Language.NODE) {
            var version = wanted.version().orElse(language.version(id));
            keepRuntime(id, new NpmNode(version, new Npm(host), archives));
        } else {
            installFromDebian(wanted, language);
        }
    }

    private void keepRuntime(String id, Source source) throws InstallException, IOException {
        var copy = keep(id, source, building -> trial.version(id, building));
        var copies = kept.copies(id);
        if (copies.getFirst().equals(copy)) {
            runtimes.prepare(id);
            if (runtimes.find(id)
                    .filter(runtime -> Path.of(runtime.source()).startsWith(copy))
                    .isEmpty()) {
                remove(copy);
                throw new InstallException("functions could not use it: " + id + " in " + copy);
            }
        }
        said(id, String.valueOf(copy.getFileName()), copy.toString());
        if (copies.size() > 1) {
            progress.println("  functions run on the newest of " + names(copies) + "; ./hearth runtimes remove " + id
                    + "@VERSION takes one away");
        }
    }

    private static String names(List<Path> copies) {
        return copies.stream().map(copy -> String.valueOf(copy.getFileName())).collect(Collectors.joining(", "));
    }

    private void installFromDebian(Wanted wanted, Language language) throws InstallException {
        var id = wanted.name();
        if (wanted.version().isPresent()) {
            throw new InstallException("Debian has one version only: leave out @"
                    + wanted.version().get());
        }
        if (runtimes.find(id).isEmpty()) {
            new DebianPackages(host).install(language.debianPackage(id).orElseThrow());
        }
        var found = runtimes.find(id)
                .orElseThrow(() -> new InstallException("the package is installed, and functions cannot use it"));
        var prefix = Path.of(found.source()).resolveSibling("..").normalize();
        trial.version(id, prefix);
        runtimes.prepare(id);
        said(id, found.version(), found.source());
    }

    private void said(String name, String version, String where) {
        progress.println("  " + name + " is ready: " + version + " in " + where);
    }

    // ---- SDKs -------------------------------------------------------------------------------------------------------

    private void installPythonSdk(Wanted wanted, Options options) throws InstallException, IOException {
        var sdk = new PythonSdk(host, new HostRuntimes(runtimes));
        if (wanted.version().isPresent()) {
            throw new InstallException(
                    "give the files of a version: pip install --target DIR boto3==%s, then --from DIR"
                            .formatted(wanted.version().get()));
        }
        if (options.from().isPresent()) {
            keepPythonSdk(sdk, sdk.given(options.from().get(), archives));
            return;
        }
        var own = sdk.ofAnInterpreter();
        if (own.isPresent()) {
            keepPythonSdk(sdk, sdk.copyOf(own.get()));
        }
        // An older one, for the Pythons that the newest does not work with any more.
        if (own.isEmpty() || lacks("python")) {
            keepPythonSdk(sdk, sdk.debian());
        }
    }

    /// Whether a runtime of this language that is ready has no SDK.
    private boolean lacks(String language) {
        return new HostRuntimes(runtimes)
                .ready(language).stream().anyMatch(row -> row.sdk().isEmpty());
    }

    private void keepPythonSdk(PythonSdk sdk, Source source) throws InstallException, IOException {
        var copy = keep(SharedSdk.PYTHON, source, building -> {
            var built = described(building, SharedSdk.PYTHON);
            progress.println("  it works with: " + String.join(" ", sdk.check(built)));
            return built.version();
        });
        for (var row : new HostRuntimes(runtimes).ready("python")) {
            runtimes.prepare(row.id());
        }
        said(SharedSdk.PYTHON, described(copy, SharedSdk.PYTHON).version(), copy.toString());
    }

    private void installNodeSdk(Wanted wanted, Options options) throws InstallException, IOException {
        var sdk = new NodeSdk(host, new HostRuntimes(runtimes));
        var clients = new ArrayList<>(options.clients());
        kept.copies(SharedSdk.NODE).stream()
                .findFirst()
                .ifPresent(copy -> clients.addAll(NodeSdk.clients(copy.resolve(SharedSdk.modules(SharedSdk.NODE)))));
        var source = options.from().isPresent()
                ? sdk.given(options.from().get(), archives)
                : sdk.npm(new Npm(host), archives, wanted.version(), clients);
        var copy = keep(SharedSdk.NODE, source, building -> {
            var built = described(building, SharedSdk.NODE);
            sdk.check(built).ifPresent(id -> progress.println("  every client was loaded with " + id));
            return built.version();
        });
        said(SharedSdk.NODE, described(copy, SharedSdk.NODE).version(), copy.toString());
        for (var row : new HostRuntimes(runtimes).ready("nodejs")) {
            if (row.sdk().isEmpty()) {
                NodeSdk.last(Integer.parseInt(Language.NODE.version(row.id())))
                        .ifPresent(last -> progress.println("  it is too new for " + row.id()
                                + "; ./hearth runtimes install " + SharedSdk.NODE + "@" + last + " is not"));
            }
        }
    }

    private static SharedSdk described(Path copy, String name) throws InstallException {
        return SharedSdk.at(copy, name).orElseThrow(() -> new InstallException("there is no " + name + " in " + copy));
    }

    // ---- Folders ----------------------------------------------------------------------------------------------------

    /// Looks whether what was built works, and tells its version.
    @FunctionalInterface
    private interface Check {
        String version(Path building) throws InstallException;
    }

    /// Builds beside, tries, and renames.
    ///
    /// @return where it is
    private Path keep(String name, Source source, Check check) throws InstallException, IOException {
        var building = kept.folder().resolve(BUILDING);
        try {
            var folder = Files.createDirectories(building.resolve("new"));
            source.fill(folder);
            FileTrees.openToAll(folder);
            var version = check.version(folder);
            var copy = place(Files.createDirectories(kept.folder().resolve(name)), version);
            sync(folder);
            return Files.move(folder, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileTrees.delete(building);
        }
    }

    /// Not where another copy of the same version is: functions may run on that.
    private static Path place(Path folder, String version) {
        var place = folder.resolve(version);
        for (int i = 2; Files.exists(place); i++) {
            place = folder.resolve(version + "-" + i);
        }
        return place;
    }

    /// After a power failure there is all of it, or nothing.
    private void sync(Path folder) throws InstallException {
        var program = host.find("sync");
        if (program.isPresent()) {
            host.run("writing it to disk", List.of(program.get().toString(), "-f", folder.toString()));
        }
    }

    /// Removes all copies of these, or one version.
    public void remove(List<Wanted> all) throws InstallException, IOException {
        try (var _ = lock()) {
            for (var wanted : all) {
                var copies = kept.copies(wanted.name()).stream()
                        .filter(copy -> wanted.version()
                                .map(version -> copy.getFileName().toString().equals(version))
                                .orElse(true))
                        .toList();
                if (copies.isEmpty()) {
                    throw new InstallException("./hearth runtimes install has not installed " + wanted.name()
                            + wanted.version().map(version -> " " + version).orElse(""));
                }
                for (var copy : copies) {
                    remove(copy);
                    progress.println("removed " + copy);
                }
            }
        }
    }

    private void remove(Path copy) throws IOException {
        var passing = Files.createDirectories(kept.folder().resolve(REMOVED));
        Files.move(copy, passing.resolve(copy.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        FileTrees.delete(passing);
        var parent = copy.resolveSibling(".").normalize();
        if (FileTrees.list(parent).isEmpty()) {
            Files.delete(parent);
        }
    }
}
