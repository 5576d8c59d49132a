package hearth.conformance.faults;

import hearth.conformance.Clients;
import hearth.conformance.faults.Fault.Needs;
import hearth.conformance.faults.FaultRound.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import software.amazon.awssdk.regions.Region;

/// Faults done to a cluster of three hosts under load, one after the other, in an order that a seed draws. By hand:
///
/// ```
/// ./hearth build && java -cp … hearth.conformance.faults.ClusterFaults [members] [FAULT...]
///   -Dhearth.faults.rounds=20 -Dhearth.faults.seed=… -Dhearth.faults.rate=40
/// ```
final class ClusterFaults {
    private static final int COLD_IN_EACH_ROUND = 12;

    private final Path scripts;
    private final Path folder;
    private final Map<String, String> environment;
    private final boolean members;
    private final int perSecond;
    private final int mostAtOnce;
    private final long seed;

    /// @param scripts the folder `examples/cluster`
    /// @param folder of the cluster, which is not there yet
    /// @param members whether host1 and host2 are both members
    /// @param mostAtOnce how many calls wait for their answers at most; with as many, no more are made
    ClusterFaults(
            Path scripts,
            Path folder,
            Map<String, String> environment,
            boolean members,
            int perSecond,
            int mostAtOnce,
            long seed) {
        this.scripts = scripts;
        this.folder = folder;
        this.environment = environment;
        this.members = members;
        this.perSecond = perSecond;
        this.mostAtOnce = mostAtOnce;
        this.seed = seed;
    }

    public static void main(String[] words) throws Exception {
        var given = new ArrayList<>(List.of(words));
        boolean members = given.remove("members");
        var faults = given.isEmpty()
                ? Arrays.stream(Fault.values())
                        .filter(fault -> fault.needs() == Needs.NOTHING || (members && fault.needs() == Needs.MEMBERS))
                        .toList()
                : given.stream()
                        .map(name -> Fault.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toList();
        long seed = Long.getLong("hearth.faults.seed", System.nanoTime());
        System.out.println("-Dhearth.faults.seed=" + seed);
        var results = new ClusterFaults(
                        Path.of(System.getProperty("hearth.repository", ".."), "examples/cluster")
                                .toRealPath(),
                        Path.of(System.getProperty("hearth.faults.folder", "/tmp/hearth-faults")),
                        Map.of(),
                        members,
                        Integer.getInteger("hearth.faults.rate", 40),
                        2_000,
                        seed)
                .run(
                        faults,
                        Integer.getInteger("hearth.faults.rounds", 3),
                        Duration.ofSeconds(Integer.getInteger("hearth.faults.lasting", 8)),
                        System.out::println);
        System.out.println(FaultReport.table(results));
    }

    /// @param rounds of each fault
    List<Result> run(List<Fault> faults, int rounds, Duration lasting, Consumer<String> progress)
            throws IOException, InterruptedException {
        var random = new SplittableRandom(seed);
        var options = new ArrayList<>(List.of("--port", System.getProperty("hearth.faults.port", "15900")));
        if (members) {
            options.add("--members");
            if (faults.stream().anyMatch(fault -> fault.needs() == Needs.REPLICA)) {
                options.add("--replica");
            }
        } else {
            // What runs on the frontend's host is lost with no worker.
            options.addAll(List.of("--roles", "host1=control,frontend,events"));
        }
        var results = new ArrayList<Result>();
        try (var cluster = ExampleCluster.up(scripts, folder, environment, options);
                var runs = Runs.listen(cluster.network());
                var control = Clients.lambda(
                        cluster.endpoint(),
                        cluster.setting("access_key"),
                        cluster.setting("secret_key"),
                        Region.US_EAST_1)) {
            var functions = new Functions(control, System.getProperty("hearth.faults.runtime", "python3.11"));
            functions.make();
            progress.accept("up");
            try (var load = new NumberedCalls(
                            cluster.endpoint(),
                            cluster.setting("access_key"),
                            cluster.setting("secret_key"),
                            functions,
                            random.split(),
                            perSecond,
                            mostAtOnce);
                    var acknowledged = new Acknowledged(
                            cluster.endpoint(),
                            cluster.setting("access_key"),
                            cluster.setting("secret_key"),
                            functions,
                            runs)) {
                for (var fault : inOrder(faults, rounds, random)) {
                    functions.makeCold(COLD_IN_EACH_ROUND);
                    var result = FaultRound.run(cluster, load, acknowledged, runs, fault, lasting, random);
                    progress.accept(result.line());
                    results.add(result);
                    if (!result.healed()) {
                        progress.accept(cluster.status());
                        break;
                    }
                }
            }
        }
        return results;
    }

    private static List<Fault> inOrder(List<Fault> faults, int rounds, SplittableRandom random) {
        var all = new ArrayList<Fault>();
        for (int i = 0; i < rounds; i++) {
            faults.stream().filter(fault -> fault.needs() != Needs.REPLICA).forEach(all::add);
        }
        for (int i = all.size() - 1; i > 0; i--) {
            var other = random.nextInt(i + 1);
            all.set(i, all.set(other, all.get(i)));
        }
        // Of which there is one.
        faults.stream().filter(fault -> fault.needs() == Needs.REPLICA).forEach(all::add);
        return List.copyOf(all);
    }
}
