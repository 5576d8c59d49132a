package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/// Warm invocations whose environments are on other hosts than the frontend, beside a single process on the same
/// processors, in turns. Callers are on the frontend's host.
final class HostRows {
    private static final byte[] EVENT = "{}".getBytes(StandardCharsets.UTF_8);
    private static final int WORKERS = 2;

    /// About what an invocation with a small event is in bytes between hosts, and its answer.
    private static final int MESSAGE = 300;

    /// How many round trips more than a single process's answer one from another host may take.
    private static final double ROUND_TRIPS = 1.5;

    private static final int WARM_UP_SECONDS = 3;
    private static final int MOST_WARM_UP_TURNS = 20;

    /// After how many turns in which no side was faster than ever by this much it is warm.
    private static final int STEADY_TURNS = 4;

    private static final double FASTER = 1.03;

    private static final Pattern JOINED = Pattern.compile("(?m)^hearth_workers_joined (\\S+)");

    private final Report report;
    private final Build build;
    private final Path folder;
    private final Wrk wrk;
    private final boolean quick;

    HostRows(Report report, Build build, Path folder, boolean quick) {
        this.report = report;
        this.build = build;
        this.folder = folder;
        this.wrk = new Wrk(folder.resolve("hosts.lua"));
        this.quick = quick;
    }

    /// One side's share of a round.
    ///
    /// @param environments how many of them worked
    private record Turn(Wrk.Result load, long cpuNanos, long environments) {
        double cpuMicros() {
            return cpuNanos / 1000.0 / load.requests();
        }
    }

    private record Round(double roundTrip, Turn single, Turn hosts) {
        /// How many round trips more than in a single process.
        double roundTripsMore() {
            return (hosts.load.p50Micros() - single.load.p50Micros()) / roundTrip;
        }
    }

    /// A server that is invoked, and all whose processors' time that takes.
    private record Side(HearthServer front, List<HearthServer> all) {
        Map<Long, Long> cpu() {
            var cpu = new HashMap<Long, Long>();
            all.forEach(server -> cpu.putAll(server.processes().cpu()));
            return cpu;
        }
    }

    void run() throws Exception {
        var obstacle = Hosts.obstacle();
        if (obstacle.isPresent()) {
            skipped("warm, workers on other hosts", obstacle.get());
            return;
        }
        try (var hosts = new Hosts(1 + WORKERS)) {
            for (var language : Language.all()) {
                frontendAlone(hosts, language);
            }
            var noPostgres = Postgres.obstacle();
            if (noPostgres.isPresent()) {
                skipped("warm, a member of a cluster, workers on other hosts", noPostgres.get());
            } else {
                member(hosts, Language.all().getFirst());
            }
        }
    }

    private void skipped(String what, String why) {
        report.row(what, Figure.NONE, Figure.NONE, Figure.NONE, "skipped: " + why);
    }

    private void frontendAlone(Hosts hosts, Language language) throws Exception {
        var name = "hosts-" + language.name();
        var certificates = Certificates.make(build, folder.resolve(name + "-certificates"));
        var address = hosts.host(0).address();
        var listen = address + ":9100";
        var certificate = certificates.of("front", address);
        try (var front = hosts.host(0)
                .run(() -> HearthServer.start(
                        build.repository(),
                        folder.resolve(name),
                        "--roles",
                        "control,frontend,events",
                        "--workers-listen",
                        listen,
                        "--cluster-certificates",
                        certificate))) {
            beside(hosts, language, name, front, listen, certificates, "");
        }
    }

    /// The same with a frontend that is a member of a cluster, the only one: it has leases and shards.
    private void member(Hosts hosts, Language language) throws Exception {
        var name = "member-" + language.name();
        var certificates = Certificates.make(build, folder.resolve(name + "-certificates"));
        var address = hosts.host(0).address();
        var listen = address + ":9101";
        var certificate = certificates.of("front", address);
        try (var postgres = hosts.host(0).run(Postgres::start);
                var front = hosts.host(0)
                        .run(() -> HearthServer.onStore(
                                build.repository(),
                                folder.resolve(name),
                                postgres.database("hearth"),
                                "--roles",
                                "control,frontend,events",
                                "--workers-listen",
                                listen,
                                "--cluster-listen",
                                address + ":9200",
                                "--cluster-certificates",
                                certificate))) {
            beside(hosts, language, name, front, listen, certificates, ", the frontend a member");
        }
    }

    private void beside(
            Hosts hosts,
            Language language,
            String function,
            HearthServer front,
            String join,
            Certificates certificates,
            String words)
            throws Exception {
        var all = new ArrayList<>(List.of(front));
        var what = "warm " + language.name() + words;
        var single =
                hosts.host(0).run(() -> HearthServer.start(build.repository(), folder.resolve(function + "-single")));
        try {
            for (int i = 1; i <= WORKERS; i++) {
                var certificate = certificates.of("worker" + i);
                var data = folder.resolve(function + "-worker" + i);
                all.add(hosts.host(i)
                        .run(() -> HearthServer.worker(
                                build.repository(), data, "--join", join, "--cluster-certificates", certificate)));
            }
            hosts.host(0).run(() -> {
                awaitWorkers(front);
                for (var server : List.of(single, front)) {
                    server.create(function, language.runtime(), language.handler(), language.zip(function), 1769);
                }
                return null;
            });
            var alone = new Side(single, List.of(single));
            var over = new Side(front, all);
            try (var roundTrips = new RoundTrips(hosts.host(0), hosts.host(1), MESSAGE)) {
                roundTrips.medianMicros(quick ? 1 : 3);
                latency(
                        what + ", worker on another host, 1 connection",
                        rounds(hosts.host(0), function, roundTrips, alone, over, 1));
                throughput(
                        what + ", 2 workers on other hosts, 64 connections",
                        rounds(hosts.host(0), function, roundTrips, alone, over, 64));
            }
        } finally {
            single.close();
            all.subList(1, all.size()).forEach(HearthServer::close);
        }
    }

    private static void awaitWorkers(HearthServer front) throws IOException, InterruptedException {
        while (true) {
            var joined = JOINED.matcher(front.metrics());
            if (joined.find() && Double.parseDouble(joined.group(1)) >= WORKERS) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private List<Round> rounds(
            Hosts.Host callers, String function, RoundTrips roundTrips, Side single, Side hosts, int connections)
            throws IOException, InterruptedException {
        Report.progress(function + ", " + connections + (connections == 1 ? " connection" : " connections"));
        return callers.run(() -> {
            warm(List.of(single, hosts), function, connections);
            var rounds = new ArrayList<Round>();
            int seconds = quick ? 1 : 2;
            for (int i = 0; i < (quick ? 3 : 7); i++) {
                double roundTrip = roundTrips.medianMicros(seconds / 4.0);
                var first = i % 2 == 0 ? null : turn(hosts, function, connections, seconds);
                var alone = turn(single, function, connections, seconds);
                rounds.add(new Round(
                        roundTrip, alone, first != null ? first : turn(hosts, function, connections, seconds)));
            }
            return rounds;
        });
    }

    /// Until none of the sides has got faster for a while: three JVMs on two processors compile for a minute and more.
    private void warm(List<Side> sides, String function, int connections) throws IOException, InterruptedException {
        var best = new HashMap<Side, Double>();
        int turns = quick ? 2 : MOST_WARM_UP_TURNS;
        for (int i = 0, latest = 0; i < turns && i - latest < STEADY_TURNS; i++) {
            for (var side : sides) {
                double before = best.getOrDefault(side, 0.0);
                double now =
                        turn(side, function, connections, WARM_UP_SECONDS).load.perSecond();
                best.put(side, Math.max(before, now));
                if (now > before * FASTER) {
                    latest = i;
                }
            }
        }
    }

    private Turn turn(Side side, String function, int connections, int seconds)
            throws IOException, InterruptedException {
        var request = side.front.load(function, EVENT);
        var before = side.cpu();
        var load = wrk.run(side.front.address(), request, connections, seconds);
        var after = side.cpu();
        long busy = after.entrySet().stream()
                .filter(now -> now.getValue() > before.getOrDefault(now.getKey(), 0L))
                .count();
        return new Turn(load, ProcessTree.difference(before, after), busy - side.all.size());
    }

    private void latency(String what, List<Round> rounds) {
        row(
                what + ", p50",
                rounds,
                turn -> turn.load.p50Micros(),
                " µs",
                "%s round trips of %d B more, each %s µs; aim %s"
                        .formatted(
                                format(median(rounds, Round::roundTripsMore)),
                                MESSAGE,
                                format(median(rounds, Round::roundTrip)),
                                ROUND_TRIPS));
        row(what + ", p99", rounds, turn -> turn.load.p99Micros(), " µs", errors(rounds));
        row(what + ", CPU of all processes", rounds, Turn::cpuMicros, " µs", "a request");
    }

    private void throughput(String what, List<Round> rounds) {
        row(
                what + ", throughput",
                rounds,
                turn -> turn.load.perSecond(),
                "/s",
                errors(rounds) + "; aim 0.8 ×; environments busy "
                        + format(median(rounds, round -> round.hosts.environments)) + ", in one process "
                        + format(median(rounds, round -> round.single.environments)));
        row(what + ", p50", rounds, turn -> turn.load.p50Micros(), " µs", "");
        row(what + ", p99", rounds, turn -> turn.load.p99Micros(), " µs", "");
        row(what + ", CPU of all processes", rounds, Turn::cpuMicros, " µs", "a request");
    }

    private String errors(List<Round> rounds) {
        long errors = rounds.stream()
                .mapToLong(round -> round.single.load.errors() + round.hosts.load.errors())
                .sum();
        report.errors(errors);
        return "errors " + errors;
    }

    private void row(String name, List<Round> rounds, ToDoubleFunction<Turn> figure, String unit, String note) {
        report.row(
                name,
                Figure.of(median(rounds, round -> figure.applyAsDouble(round.single)), unit)
                        .with("in one process"),
                Figure.NONE,
                Figure.of(median(rounds, round -> figure.applyAsDouble(round.hosts)), unit),
                median(rounds, round -> figure.applyAsDouble(round.hosts) / figure.applyAsDouble(round.single)),
                Double.NaN,
                note);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Floors.median(rounds.stream().mapToDouble(figure).toArray());
    }
}
