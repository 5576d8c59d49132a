package hearth.worker.runtimes;

import hearth.worker.runtimes.RuntimeFamily.Found;
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
    private final Map<String, Found> found = new ConcurrentHashMap<>();
    private final Set<Found> prepared = ConcurrentHashMap.newKeySet();

    private Runtimes(List<RuntimeFamily> families) {
        this.families = families;
    }

    /// To be looked at only: nothing is made that would start them quicker.
    public static Runtimes discover(HostLayout host) {
        return discover(host, new ProcessProbe(), Optional.empty());
    }

    public static Runtimes discover(HostLayout host, JavaArchives archives) {
        return discover(host, new ProcessProbe(), Optional.of(archives));
    }

    static Runtimes discover(HostLayout host, VersionProbe probe, Optional<JavaArchives> archives) {
        return new Runtimes(List.of(
                new PythonRuntimes(host, probe),
                new NodeRuntimes(host, probe),
                new JavaRuntimes(host, archives),
                new ProvidedRuntimes()));
    }

    /// One line of what people are shown.
    ///
    /// @param version empty for `provided.*`, or when it is not installed
    /// @param note where it was found, or else what to install
    public record Row(String id, boolean installed, String version, String note) {}

    /// A few file accesses when it was found before; otherwise it may start an interpreter to ask for its version.
    public Optional<InstalledRuntime> find(String id) {
        return family(id).flatMap(family -> lookUp(family, id).map(now -> {
            if (prepared.add(now)) {
                Thread.ofPlatform().daemon().name("prepares-" + id).start(() -> prepare(family, id, now));
            }
            return now.runtime();
        }));
    }

    private void prepare(RuntimeFamily family, String id, Found now) {
        if (family.prepare(now)) {
            found.remove(id, now);
        }
    }

    private Optional<Found> lookUp(RuntimeFamily family, String id) {
        var known = found.get(id);
        if (known != null && known.isUnchanged()) {
            return Optional.of(known);
        }
        var now = family.find(id);
        now.ifPresentOrElse(runtime -> found.put(id, runtime), () -> found.remove(id));
        return now;
    }

    /// What to tell the owner of a function whose runtime this host has not.
    public String advice(String id) {
        return family(id)
                .map(family -> "This host has no %s: %s.".formatted(id, family.advice(id)))
                .orElse("Hearth does not bring %s: use provided.al2023 with a bootstrap of your own.".formatted(id));
    }

    /// Every runtime that Hearth can run.
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
                .map(runtime -> new Row(id, true, runtime.version(), runtime.source()))
                .orElseGet(() -> new Row(id, false, "", family.advice(id)));
    }

    private Optional<RuntimeFamily> family(String id) {
        return families.stream().filter(each -> each.ids().contains(id)).findFirst();
    }
}
