package hearth.worker.runtimes;

import hearth.worker.runtimes.RuntimeFamily.Found;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The runtimes that this host has. Each is looked for when it is first wanted, and again when its interpreter has
/// changed or was not there: starting the server costs nothing, and installing an interpreter needs no restart.
public final class Runtimes {
    private final List<RuntimeFamily> families;
    private final KeptRuntimes kept;
    private final HostLayout host;
    private final Map<String, Known> found = new ConcurrentHashMap<>();
    private final Set<Found> prepared = ConcurrentHashMap.newKeySet();

    private Runtimes(List<RuntimeFamily> families, HostLayout host) {
        this.families = families;
        this.kept = host.kept();
        this.host = host;
    }

    /// To be looked at only: nothing is made that would start them quicker.
    public static Runtimes discover(HostLayout host) {
        return discover(host, new ProcessProbe(), Optional.empty());
    }

    public static Runtimes discover(HostLayout host, JavaArchives archives) {
        return discover(host, new ProcessProbe(), Optional.of(archives));
    }

    static Runtimes discover(HostLayout host, VersionProbe probe, Optional<JavaArchives> archives) {
        return new Runtimes(
                List.of(
                        new PythonRuntimes(host, probe),
                        new NodeRuntimes(host, probe),
                        new JavaRuntimes(host, archives),
                        new RubyRuntimes(host, probe),
                        new DotnetRuntimes(),
                        new ProvidedRuntimes()),
                host);
    }

    /// What was found, and when something had been installed or removed the last time before.
    private record Known(Found found, Optional<FileTime> kept) {}

    /// One line of what people are shown.
    ///
    /// @param version empty for `provided.*`, or when it is not installed
    /// @param note where it was found, or else what to install
    /// @param sdk the AWS SDK that its functions find, such as `boto3 1.43.11`; empty for none
    public record Row(String id, boolean installed, String version, String note, String sdk) {}

    /// A few file accesses when it was found before; otherwise it may start an interpreter to ask for its version.
    public Optional<InstalledRuntime> find(String id) {
        return family(id).flatMap(family -> lookUp(family, id).map(now -> {
            if (prepared.add(now)) {
                Thread.ofPlatform().daemon().name("prepares-" + id).start(() -> prepare(family, id, now));
            }
            return now.runtime();
        }));
    }

    /// Makes now what makes starts quicker, which else is done beside the first one. May take seconds.
    public void prepare(String id) {
        family(id).ifPresent(family -> lookUp(family, id).ifPresent(now -> {
            prepared.add(now);
            prepare(family, id, now);
        }));
    }

    private void prepare(RuntimeFamily family, String id, Found now) {
        if (family.prepare(now)) {
            found.computeIfPresent(id, (_, known) -> known.found().equals(now) ? null : known);
        }
    }

    private Optional<Found> lookUp(RuntimeFamily family, String id) {
        var known = found.get(id);
        // Asked before anything is looked for: what comes meanwhile is looked for again.
        var changed = kept.changed();
        if (known != null && known.kept().equals(changed) && known.found().isUnchanged()) {
            return Optional.of(known.found());
        }
        var now = family.find(id);
        now.ifPresentOrElse(runtime -> found.put(id, new Known(runtime, changed)), () -> found.remove(id));
        return now;
    }

    /// What to tell the owner of a function whose runtime this host has not.
    public String advice(String id) {
        return family(id)
                .map(family -> "This host has no %s: %s.".formatted(id, family.advice(id)))
                .orElse("Hearth does not bring %s: use provided.al2023 with a bootstrap of your own.".formatted(id));
    }

    /// The folders in which the Pythons of this host keep packages, of theirs or of a user.
    public List<Path> pythonPackages() {
        return PythonRuntimes.packages(host);
    }

    /// All that there are, whether or not this host has them.
    public List<String> ids() {
        return families.stream().flatMap(family -> family.ids().stream()).toList();
    }

    /// Every runtime that AWS has.
    public List<Row> table() {
        var rows = new ArrayList<Future<Row>>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var family : families) {
                for (var id : family.ids()) {
                    rows.add(tasks.submit(() -> row(family, id)));
                }
            }
        }
        return rows.stream().map(Future::resultNow).toList();
    }

    private Row row(RuntimeFamily family, String id) {
        return lookUp(family, id)
                .map(Found::runtime)
                .map(runtime -> new Row(
                        id,
                        true,
                        runtime.version(),
                        runtime.source(),
                        runtime.sdk().orElse("")))
                .orElseGet(() -> new Row(id, false, "", family.advice(id), ""));
    }

    private Optional<RuntimeFamily> family(String id) {
        return families.stream().filter(each -> each.ids().contains(id)).findFirst();
    }
}
