package hearth.conformance.faults;

import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Something that befalls a cluster, and is over after a while.
enum Fault {
    WORKER_LEAVES("graceful leave of a worker", Needs.NOTHING, Costs.NOTHING),
    WORKER_KILLED("kill -9 of a worker", Needs.NOTHING, Costs.HOST),
    WORKER_CUT_OFF("partition of a worker's host", Needs.NOTHING, Costs.HOST),
    WORKER_CLOCK("clock of a worker's host 1 h off", Needs.NOTHING, Costs.NOTHING),
    MEMBER_LEAVES("graceful leave of a member", Needs.MEMBERS, Costs.NOTHING),
    MEMBER_DRAINED("drain of a member, and undo", Needs.MEMBERS, Costs.NOTHING),
    MEMBER_KILLED("kill -9 of a member", Needs.MEMBERS, Costs.HOST),
    EVENTS_KILLED("kill -9 of the member that works events", Needs.MEMBERS, Costs.HOST),
    MEMBER_CUT_OFF("partition of a member's host", Needs.MEMBERS, Costs.HOST),
    MEMBER_CLOCK("clock of a member's host 1 h off", Needs.MEMBERS, Costs.NOTHING),
    ZONE_LOST("a zone of two lost: kill -9 of its member and its worker", Needs.MEMBERS, Costs.HOST),
    ROLLING_RESTART("rolling restart of every host, by roll.sh", Needs.MEMBERS, Costs.NOTHING),
    RESTARTS("restart of every host, each as soon as the last says that it is ready", Needs.MEMBERS, Costs.NOTHING),
    STORE_STOPPED("PostgreSQL stopped", Needs.NOTHING, Costs.NOTHING),
    STORE_CUT_OFF("partition of PostgreSQL's and the bucket's host", Needs.NOTHING, Costs.NOTHING),
    STORE_PROMOTED("PostgreSQL killed, its replica promoted", Needs.REPLICA, Costs.NOTHING);

    private static final List<String> HOSTS = List.of("host1", "host2", "host3");

    /// Of `lib.sh`.
    private static final List<String> ZONE_B = List.of("host2", "host3");

    private static final Pattern WORKS_EVENTS =
            Pattern.compile("(?s)member (host\\d):(?:(?!\nmember ).)*events working");

    private final String words;
    private final Needs needs;
    private final Costs costs;

    /// What it takes, or too little would be left.
    enum Needs {
        NOTHING,
        MEMBERS,
        /// Members, and a replica of their database. There is one of it.
        REPLICA
    }

    /// Whose calls may fail.
    private enum Costs {
        NOTHING,
        /// Those that are on the host, which is lost at once.
        HOST
    }

    Fault(String words, Needs needs, Costs costs) {
        this.words = words;
        this.needs = needs;
        this.costs = costs;
    }

    String words() {
        return words;
    }

    Needs needs() {
        return needs;
    }

    /// Whether no call may fail.
    boolean isGraceful() {
        return costs == Costs.NOTHING;
    }

    /// The hosts that it befalls; `store` for the store.
    List<String> hosts(ExampleCluster cluster, RandomGenerator random) throws IOException, InterruptedException {
        return switch (this) {
            case WORKER_LEAVES, WORKER_KILLED, WORKER_CUT_OFF, WORKER_CLOCK ->
                drawn(
                        HOSTS.stream()
                                .filter(host -> !cluster.members().contains(host))
                                .toList(),
                        random);
            case MEMBER_LEAVES, MEMBER_DRAINED, MEMBER_KILLED, MEMBER_CUT_OFF, MEMBER_CLOCK ->
                drawn(cluster.members(), random);
            case EVENTS_KILLED -> List.of(worksEvents(cluster));
            case ZONE_LOST -> ZONE_B;
            case ROLLING_RESTART, RESTARTS -> HOSTS;
            case STORE_STOPPED, STORE_CUT_OFF, STORE_PROMOTED -> List.of("store");
        };
    }

    private static List<String> drawn(List<String> hosts, RandomGenerator random) {
        return List.of(hosts.get(random.nextInt(hosts.size())));
    }

    private static String worksEvents(ExampleCluster cluster) throws IOException, InterruptedException {
        var status = cluster.status();
        var found = WORKS_EVENTS.matcher(status);
        if (!found.find()) {
            throw new IOException("No host works events:\n" + status);
        }
        return found.group(1);
    }

    void begin(ExampleCluster cluster, List<String> hosts) throws IOException, InterruptedException {
        switch (this) {
            case STORE_PROMOTED -> cluster.run("promote.sh");
            case ROLLING_RESTART -> {
                // With the next release's program, it is a rolling upgrade.
                var next = System.getProperty("hearth.faults.next");
                cluster.run("roll.sh", next == null ? new String[0] : new String[] {next});
            }
            default -> {
                for (var host : hosts) {
                    begin(cluster, host);
                }
            }
        }
    }

    private void begin(ExampleCluster cluster, String host) throws IOException, InterruptedException {
        switch (this) {
            case WORKER_LEAVES, MEMBER_LEAVES, STORE_STOPPED -> cluster.run("kill.sh", "--graceful", host);
            case WORKER_KILLED, MEMBER_KILLED, EVENTS_KILLED, ZONE_LOST -> cluster.run("kill.sh", host);
            case WORKER_CUT_OFF, MEMBER_CUT_OFF, STORE_CUT_OFF -> cluster.run("cut.sh", host);
            case WORKER_CLOCK, MEMBER_CLOCK -> cluster.run("clock.sh", host, "+1h");
            case MEMBER_DRAINED -> cluster.run("drain.sh", host);
            case RESTARTS -> {
                cluster.run("kill.sh", "--graceful", host);
                cluster.run("start.sh", host);
            }
            case ROLLING_RESTART, STORE_PROMOTED -> throw new IllegalStateException("It befalls no host");
        }
    }

    void end(ExampleCluster cluster, List<String> hosts) throws IOException, InterruptedException {
        for (var host : hosts) {
            switch (this) {
                case WORKER_LEAVES,
                        WORKER_KILLED,
                        MEMBER_LEAVES,
                        MEMBER_KILLED,
                        EVENTS_KILLED,
                        ZONE_LOST,
                        STORE_STOPPED -> cluster.run("start.sh", host);
                case WORKER_CUT_OFF, MEMBER_CUT_OFF, STORE_CUT_OFF -> cluster.run("cut.sh", "--heal", host);
                case WORKER_CLOCK, MEMBER_CLOCK -> cluster.run("clock.sh", host, "0");
                case MEMBER_DRAINED -> cluster.run("drain.sh", "--undo", host);
                case ROLLING_RESTART, RESTARTS, STORE_PROMOTED -> {}
            }
        }
    }
}
