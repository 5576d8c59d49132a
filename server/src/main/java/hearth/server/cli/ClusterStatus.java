package hearth.server.cli;

import hearth.cluster.EventsReport;
import hearth.cluster.StoreCommands;
import hearth.cluster.StoreUrl;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the members of a cluster have said of themselves in the database that they share.
///
/// @param leases who has what for itself, by its name
/// @param polled how many event source mappings each server polls
/// @param draining hosts that are being drained
record ClusterStatus(
        List<MemberSaid> members, Map<String, String> leases, Map<String, Integer> polled, Set<String> draining) {
    private static final String WORKER = "worker";

    /// One member.
    ///
    /// @param said by the first word of each line; several lines of the same are one under the other
    record MemberSaid(StoreCommands.Member row, Map<String, List<String>> said) {
        String one(String word) {
            return said.getOrDefault(word, List.of()).stream().findFirst().orElse("");
        }

        /// How many shards it owns.
        int shards() {
            var shards = one("shards");
            return shards.isEmpty() ? 0 : shards.split(",").length;
        }

        String state() {
            if (!row.here()) {
                return "gone";
            }
            return one("ready").isEmpty() ? "not ready" : "ready";
        }
    }

    static ClusterStatus read(StoreUrl url) {
        try (var commands = StoreCommands.open(url, new SecureRandom())) {
            return read(commands);
        }
    }

    static ClusterStatus read(StoreCommands commands) {
        return new ClusterStatus(
                commands.members().stream()
                        .map(member -> new MemberSaid(member, parse(member.status())))
                        .toList(),
                commands.leases(),
                commands.polled(),
                commands.drains().hosts());
    }

    private static Map<String, List<String>> parse(String status) {
        var said = new LinkedHashMap<String, List<String>>();
        for (var line : status.split("\n")) {
            var parts = line.split(" ", 2);
            said.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts.length > 1 ? parts[1] : "");
        }
        return said;
    }

    /// What members say of each worker, by its name: the last of them that speaks of it, as all hear the same.
    Map<String, String> workers() {
        var workers = new LinkedHashMap<String, String>();
        for (var member : members) {
            if (member.row().here()) {
                for (var worker : member.said().getOrDefault(WORKER, List.of())) {
                    var parts = worker.split(" ", 2);
                    workers.put(parts[0], parts.length > 1 ? parts[1] : "");
                }
            }
        }
        return workers;
    }

    /// The members that are here, whether or not they are ready, as a load balancer reaches them.
    List<BalancedMember> balanced() {
        return members.stream()
                .filter(member -> member.row().here() && !member.one("api").isEmpty())
                .map(member -> BalancedMember.parse(member.row().name() + "="
                        + member.one("api").replaceFirst("^https?://", "")
                        + (member.one("zone").isEmpty() ? "" : "@" + member.one("zone"))))
                .toList();
    }

    boolean isAnyHere() {
        return members.stream().anyMatch(member -> member.row().here());
    }

    /// What is left on a host that is being drained, in words; empty when nothing is.
    String left(String host) {
        var left = new ArrayList<String>();
        for (var member : members) {
            if (member.row().name().equals(host) && member.row().here()) {
                if (member.shards() > 0) {
                    left.add(member.shards() + " shards");
                }
                if (!member.one("ready").isEmpty()) {
                    left.add("it takes invocations");
                }
                if (member.one("events").startsWith("working")) {
                    left.add("the queue of events");
                }
            }
        }
        var worker = workers().get(host);
        if (worker != null) {
            int environments = number(worker, "environments");
            if (environments > 0) {
                left.add(environments + " environments");
            }
        }
        return String.join(", ", left);
    }

    /// Whether a member or worker of this name is there.
    boolean knows(String host) {
        return workers().containsKey(host)
                || members.stream()
                        .anyMatch(member ->
                                member.row().here() && member.row().name().equals(host));
    }

    private static int number(String fields, String name) {
        for (var field : fields.split(" ")) {
            if (field.startsWith(name + "=")
                    && field.substring(name.length() + 1).matches("\\d{1,9}")) {
                return Integer.parseInt(field.substring(name.length() + 1));
            }
        }
        return 0;
    }

    void print(StoreUrl url) {
        System.out.println("The cluster in " + url);
        for (var member : members) {
            System.out.printf(
                    "member %s: %s, zone %s, roles %s, version %s, %d shards, %s%n",
                    member.row().name(),
                    member.state(),
                    orDash(member.one("zone")),
                    orDash(member.one("roles")),
                    orDash(member.one("version")),
                    member.shards(),
                    orDash(member.one("api")));
            for (var word : List.of("not-ready", "shards", "environments", "events")) {
                if (!member.one(word).isEmpty()) {
                    System.out.println("  " + word + " " + member.one(word));
                }
            }
            System.out.println("  heard of " + member.row().silent() + " s ago, "
                    + member.row().owner());
        }
        workers().forEach((name, fields) -> System.out.println("worker " + name + ": " + fields));
        leases.forEach((name, owner) -> System.out.println("lease " + name + ": " + owner));
        polled.forEach((owner, count) -> System.out.println("polls " + count + " event source mappings: " + owner));
        draining.forEach(host -> System.out.println("draining " + host + ": "
                + (knows(host) ? left(host).isEmpty() ? "nothing is left there" : left(host) : "is not here")));
        printEvents(url);
    }

    private static void printEvents(StoreUrl url) {
        EventsReport.read(url).ifPresent(report -> {
            long waiting = report.events().stream()
                    .mapToLong(EventsReport.WaitingEvents::count)
                    .sum();
            long untold = report.deliveries().stream()
                    .mapToLong(EventsReport.WaitingDeliveries::count)
                    .sum();
            var oldest = report.events().stream()
                    .mapToLong(EventsReport.WaitingEvents::oldest)
                    .min();
            System.out.println("events: " + waiting + " wait"
                    + (oldest.isPresent() ? ", the oldest since " + age(oldest.getAsLong()) : "") + "; " + untold
                    + " messages to be told (hearth events tells of which)");
        });
    }

    private static String age(long millis) {
        return Math.max(
                        0,
                        Duration.between(Instant.ofEpochMilli(millis), Instant.now())
                                .toSeconds())
                + " s";
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
