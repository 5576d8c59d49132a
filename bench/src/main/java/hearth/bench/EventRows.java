package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// Asynchronous invocations of a kilobyte: how many are accepted a second, how soon one runs, how quickly a backlog is
/// worked off, and what a large one costs. Every one that was accepted is accounted for.
final class EventRows {
    private static final int CALLERS = 64;

    /// Those of the synchronous invocations that a drained backlog is measured beside.
    private static final int CONNECTIONS = 16;

    private static final int ROWS_IN_ONE_COMMIT = 64;

    /// How long no event may end before those that wait are given up.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;
    private final int rounds;
    private final Duration round;
    private final Language python;
    private long accepted;
    private long lost;
    private long doubled;

    EventRows(Report report, Path repository, Path folder, boolean quick) throws IOException {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
        this.rounds = quick ? 3 : 7;
        this.round = Duration.ofSeconds(quick ? 1 : 2);
        this.python = Language.all().getFirst();
    }

    void run() throws Exception {
        var few = new EventFunction(folder.resolve("events-few"));
        var most = new EventFunction(folder.resolve("events-most"));
        try (var server = start(few)) {
            few.create(server, python);
            latency(few, server);
            accept(few, server);
            drain(few, server);
            few.hold(server);
            backlog(few, server, most);
        }
        startUp(few, most);
        for (var function : List.of(few, most)) {
            try (var server = start(function)) {
                Report.progress("events: " + EventFunction.waiting(server) + " that wait are run");
                function.open(server);
                var account = settle(function, server);
                if (function == most) {
                    report.row(
                            "drain of " + account.accepted() + " events, throughput",
                            Figure.NONE,
                            Figure.NONE,
                            Figure.of(account.perSecond(), "/s"),
                            "once");
                }
            }
        }
        // Run twice is what at-least-once allows: the servers are stopped and started meanwhile.
        report.errors(lost);
        report.row(
                "events accounted for",
                Figure.of((double) accepted, " accepted"),
                Figure.NONE,
                Figure.of((double) (accepted - lost), " run"),
                "lost " + lost + ", run twice " + doubled);
    }

    private HearthServer start(EventFunction function) throws IOException {
        return HearthServer.start(repository, function.data());
    }

    /// From the request until the function begins on it, event and synchronous invocation in turns, one at a time.
    private void latency(EventFunction function, HearthServer server) throws Exception {
        Report.progress("events: latency when idle");
        int count = quick ? 40 : 200;
        var invoked = new double[count];
        var sent = new HashMap<UUID, Long>();
        try (var connection = server.connect()) {
            for (int i = -10; i < count; i++) {
                TimeUnit.MILLISECONDS.sleep(40);
                var invocation = function.invocation(server);
                var begin = wallNanos();
                var answer = connection.send(invocation);
                Main.expectOk(answer);
                var began = Long.parseLong(answer.substring(answer.indexOf("\r\n\r\n") + 4));
                TimeUnit.MILLISECONDS.sleep(40);
                var event = function.event(server);
                var beginOfEvent = wallNanos();
                var id = function.send(connection, event);
                if (i >= 0) {
                    invoked[i] = began - begin;
                    sent.put(id, beginOfEvent);
                }
            }
        }
        var account = settle(function, server);
        var ran = account.began().entrySet().stream()
                .filter(each -> sent.containsKey(each.getKey()))
                .mapToDouble(each -> each.getValue() - sent.getOrDefault(each.getKey(), 0L))
                .toArray();
        latency("p50", 0.5, invoked, ran);
        latency("p99", 0.99, invoked, ran);
    }

    private void latency(String name, double share, double[] invoked, double[] ran) {
        double floor = below(share, invoked);
        double now = below(share, ran);
        report.row(
                "event, idle system, from the request to the handler, " + name,
                Figure.millis(floor).with("by synchronous Invoke"),
                Figure.NONE,
                Figure.millis(now),
                "%+.2f ms; of %d".formatted((now - floor) / 1e6, ran.length));
    }

    private static double below(double share, double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    private static long wallNanos() {
        var now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /// What SQLite did in one round by itself.
    private record Commits(double perSecond, double median) {}

    private record Accepted(Load.Result events, Commits bare) {}

    /// Accepted and not run: what 202 promises, alone.
    private void accept(EventFunction function, HearthServer server) throws Exception {
        Report.progress("events: durable accept");
        function.hold(server);
        report.errors(function.accept(server, CALLERS, Duration.ofSeconds(quick ? 5 : 10))
                .errors());
        var results = new ArrayList<Accepted>();
        for (int i = 0; i < rounds; i++) {
            var first = i % 2 == 0 ? commits(function) : null;
            var events = function.accept(server, CALLERS, round);
            results.add(new Accepted(events, first != null ? first : commits(function)));
        }
        long errors = errors(results.stream().map(Accepted::events).toList());
        var what = "durable accept, 1 KB, " + CALLERS + " callers, ";
        report.row(
                what + "throughput",
                Figure.of(median(results, each -> each.bare.perSecond), "/s").with("SQLite, 64 rows a commit"),
                Figure.NONE,
                Figure.of(median(results, each -> each.events.perSecond()), "/s"),
                median(results, each -> each.events.perSecond() / each.bare.perSecond),
                Double.NaN,
                "errors " + errors + "; an fsync of 4 KiB " + format(Floors.fsync(100, folder) / 1e6) + " ms");
        report.row(
                what + "p50",
                Figure.millis(median(results, each -> each.bare.median)).with("a commit of 64 rows"),
                Figure.NONE,
                Figure.millis(median(results, each -> each.events.micros(0.5) * 1e3)),
                "");
        report.row(
                what + "p99",
                Figure.NONE,
                Figure.NONE,
                Figure.millis(median(results, each -> each.events.micros(0.99) * 1e3)),
                "");
        function.open(server);
        settle(function, server);
    }

    /// Writes rows as the server's database has them, on the same disk.
    private Commits commits(EventFunction function) throws IOException, InterruptedException {
        var command = new ArrayList<>(python.interpreter());
        command.addAll(List.of(
                Floors.resource("bare-commits.py", folder).toString(),
                function.data().resolve("events.db").toString(),
                folder.resolve("bare-commits.db").toString(),
                Integer.toString(ROWS_IN_ONE_COMMIT),
                Long.toString(round.toSeconds())));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var line = process.inputReader().readLine();
        if (process.waitFor() != 0 || line == null) {
            throw new IOException("bare-commits.py ended with " + process.exitValue());
        }
        var figures = line.split(" ");
        return new Commits(
                Double.parseDouble(figures[0]) * 1e9 / Double.parseDouble(figures[1]), Double.parseDouble(figures[2]));
    }

    private record Drained(double perSecond, Wrk.Result invoke) {}

    private void drain(EventFunction function, HearthServer server) throws Exception {
        int count = quick ? 10_000 : 30_000;
        Report.progress("events: drain of " + count);
        var wrk = new Wrk(folder.resolve("events.lua"));
        wrk.run(server.address(), function.load(server), CONNECTIONS, quick ? 5 : 20);
        var results = new ArrayList<Drained>();
        for (int i = 0; i < rounds; i++) {
            function.hold(server);
            report.errors(function.fill(server, CALLERS, count));
            function.open(server);
            var account = settle(function, server);
            results.add(
                    new Drained(account.perSecond(), wrk.run(server.address(), function.load(server), CONNECTIONS, (int)
                            round.toSeconds())));
        }
        long errors = results.stream().mapToLong(each -> each.invoke.errors()).sum();
        report.errors(errors);
        report.row(
                "drain of a backlog of " + count + " events, throughput",
                Figure.of(median(results, each -> each.invoke.perSecond()), "/s")
                        .with("by synchronous Invoke, " + CONNECTIONS + " connections"),
                Figure.NONE,
                Figure.of(median(results, Drained::perSecond), "/s"),
                median(results, each -> each.perSecond / each.invoke.perSecond()),
                Double.NaN,
                "errors " + errors);
    }

    /// What a large backlog costs a server, beside one that has few.
    private void backlog(EventFunction few, HearthServer small, EventFunction most) throws Exception {
        int count = quick ? 100_000 : 1_000_000;
        Report.progress("events: a backlog of " + count);
        try (var large = start(most)) {
            most.create(large, python);
            // As much as the other has had, for the compilers.
            report.errors(most.accept(large, CALLERS, Duration.ofSeconds(quick ? 5 : 10))
                    .errors());
            settle(most, large);
            most.hold(large);
            TimeUnit.SECONDS.sleep(15);
            double before = ProcessTree.residentKib(large.pid()) / 1024.0;
            var begin = System.nanoTime();
            report.errors(most.fill(large, CALLERS, count));
            var filled = count * 1e9 / (System.nanoTime() - begin);
            TimeUnit.SECONDS.sleep(15);
            double after = ProcessTree.residentKib(large.pid()) / 1024.0;
            var with = " with a backlog of " + count + " events";
            report.row(
                    "server's resident memory" + with,
                    Figure.of(before, " MiB").with("without"),
                    Figure.NONE,
                    Figure.of(after, " MiB"),
                    "%+.1f MiB; 15 s after; filled at %.0f/s".formatted(after - before, filled));
            acceptBoth(with, few, small, most, large);
            beside("`/metrics`" + with, () -> small.metrics(), () -> large.metrics());
            beside("`hearth events`" + with, () -> events(few), () -> events(most));
        }
    }

    private record Both(Load.Result few, Load.Result most) {}

    private void acceptBoth(String with, EventFunction few, HearthServer small, EventFunction most, HearthServer large)
            throws IOException {
        var results = new ArrayList<Both>();
        for (int i = 0; i < rounds; i++) {
            var first = i % 2 == 0 ? few.accept(small, CALLERS, round) : null;
            var second = most.accept(large, CALLERS, round);
            results.add(new Both(first != null ? first : few.accept(small, CALLERS, round), second));
        }
        long errors = errors(results.stream().map(Both::few).toList())
                + errors(results.stream().map(Both::most).toList());
        report.row(
                "durable accept, 1 KB, " + CALLERS + " callers," + with + ", throughput",
                Figure.of(median(results, each -> each.few.perSecond()), "/s").with("with few"),
                Figure.NONE,
                Figure.of(median(results, each -> each.most.perSecond()), "/s"),
                median(results, each -> each.most.perSecond() / each.few.perSecond()),
                Double.NaN,
                "errors " + errors + "; both servers in turn; p99 "
                        + format(median(results, each -> each.most.micros(0.99) / 1e3)) + " ms, with few "
                        + format(median(results, each -> each.few.micros(0.99) / 1e3)));
    }

    private interface Asking {
        void ask() throws IOException, InterruptedException;
    }

    /// How long the answer takes.
    private void beside(String name, Asking few, Asking most) throws IOException, InterruptedException {
        var ofFew = new double[rounds];
        var ofMost = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ofFew[i] = nanos(few);
            ofMost[i] = nanos(most);
        }
        report.row(
                name,
                Figure.millis(Floors.median(ofFew)).with("with few"),
                Figure.NONE,
                Figure.millis(Floors.median(ofMost)),
                "median of " + rounds);
    }

    private static double nanos(Asking asking) throws IOException, InterruptedException {
        var begin = System.nanoTime();
        asking.ask();
        return System.nanoTime() - begin;
    }

    private void events(EventFunction function) throws IOException, InterruptedException {
        var status = new ProcessBuilder(
                        repository.resolve("hearth").toString(),
                        "events",
                        "--data",
                        function.data().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("hearth events ended with " + status);
        }
    }

    /// Both servers in turn, each with the events that wait on its folder.
    private void startUp(EventFunction few, EventFunction most) throws Exception {
        Report.progress("events: starting with them");
        var ofFew = new double[rounds];
        var ofMost = new double[rounds];
        var memoryOfFew = new double[rounds];
        var memoryOfMost = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            try (var server = start(few)) {
                ofFew[i] = server.timeToReady().toNanos();
                TimeUnit.SECONDS.sleep(3);
                memoryOfFew[i] = ProcessTree.residentKib(server.pid()) / 1024.0;
            }
            try (var server = start(most)) {
                ofMost[i] = server.timeToReady().toNanos();
                TimeUnit.SECONDS.sleep(3);
                memoryOfMost[i] = ProcessTree.residentKib(server.pid()) / 1024.0;
            }
        }
        report.row(
                "time to ready with the backlog",
                Figure.millis(Floors.median(ofFew)).with("with few"),
                Figure.NONE,
                Figure.millis(Floors.median(ofMost)),
                "median of " + rounds + "; resident 3 s later " + format(Floors.median(memoryOfMost))
                        + " MiB, with few " + format(Floors.median(memoryOfFew)));
    }

    private EventFunction.Account settle(EventFunction function, HearthServer server) throws Exception {
        var account = function.settle(server, PATIENCE);
        accepted += account.accepted();
        lost += account.lost();
        doubled += account.doubled();
        return account;
    }

    private long errors(List<Load.Result> results) {
        long errors = results.stream().mapToLong(Load.Result::errors).sum();
        report.errors(errors);
        return errors;
    }

    private static <T> double median(List<T> results, ToDoubleFunction<T> figure) {
        return Floors.median(results.stream().mapToDouble(figure).toArray());
    }
}
