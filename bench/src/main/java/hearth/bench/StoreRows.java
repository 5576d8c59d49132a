package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The control plane and the events with PostgreSQL as the store, beside the same with SQLite: two servers in
/// turns. Both databases sync to the same disk.
final class StoreRows {
    private static final int CALLERS = 64;
    private static final int CONNECTIONS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;
    private final int rounds;
    private final Duration round;

    StoreRows(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
        this.folder = folder;
        this.quick = quick;
        this.rounds = quick ? 3 : 7;
        this.round = Duration.ofSeconds(quick ? 1 : 2);
    }

    private interface Doing {
        double by(HearthServer server, EventFunction events) throws Exception;
    }

    /// What the same work came to with each store.
    private record Both(double files, double postgres) {}

    void run() throws Exception {
        var obstacle = Postgres.obstacle();
        if (obstacle.isPresent()) {
            report.row("with PostgreSQL", Figure.NONE, Figure.NONE, Figure.NONE, "skipped: " + obstacle.get());
            return;
        }
        var ofFiles = new EventFunction(folder.resolve("store-files"));
        var ofPostgres = new EventFunction(folder.resolve("store-postgres"));
        var python = Language.all().getFirst();
        try (var postgres = Postgres.start()) {
            var store = postgres.database("store");
            var few = quick ? 20 : 200;
            try (var files = HearthServer.start(repository, ofFiles.data());
                    var shared = HearthServer.onStore(repository, ofPostgres.data(), store)) {
                var servers = new Servers(files, ofFiles, shared, ofPostgres);
                Report.progress("store: control plane");
                var zip = ControlRows.kilobyte();
                var numbers = new int[1];
                millis("CreateFunction, one at a time", servers, (server, _) -> {
                    var nanos = new double[few];
                    for (int i = 0; i < few; i++) {
                        var name = "one-" + numbers[0]++;
                        var begin = System.nanoTime();
                        ControlRows.createOne(server, name, zip);
                        nanos[i] = System.nanoTime() - begin;
                    }
                    return Floors.median(nanos);
                });
                perSecond("CreateFunction, 32 callers", servers, (server, _) -> {
                    var count = few * 10;
                    var begin = System.nanoTime();
                    ControlRows.create(server, "many-" + numbers[0]++ + "-", count, zip);
                    return count * 1e9 / (System.nanoTime() - begin);
                });
                for (var server : List.of(files, shared)) {
                    server.create("known", python.runtime(), "app.handler", python.zip("known"), 1769);
                }
                load("GetFunction", servers, server -> server.request("GET", "/2015-03-31/functions/known", ""));
                load(
                        "ListFunctions, pages of 10",
                        servers,
                        server -> server.request("GET", "/2015-03-31/functions?MaxItems=10", ""));
                load("Invoke", servers, server -> server.invocation("known"));
                ofFiles.create(files, python);
                ofPostgres.create(shared, python);
                accept(servers);
                drain(servers);
            }
            ready(store, ofFiles.data(), ofPostgres.data());
        }
    }

    private record Servers(
            HearthServer files, EventFunction eventsOfFiles, HearthServer postgres, EventFunction eventsOfPostgres) {
        double files(Doing doing) throws Exception {
            return doing.by(files, eventsOfFiles);
        }

        double postgres(Doing doing) throws Exception {
            return doing.by(postgres, eventsOfPostgres);
        }

        Both both(Doing doing, boolean filesFirst) throws Exception {
            if (filesFirst) {
                var first = files(doing);
                return new Both(first, postgres(doing));
            }
            var first = postgres(doing);
            return new Both(files(doing), first);
        }
    }

    private List<Both> rounds(Servers servers, Doing doing) throws Exception {
        var results = new ArrayList<Both>();
        for (int i = 0; i < rounds; i++) {
            results.add(servers.both(doing, i % 2 == 0));
        }
        return results;
    }

    private void perSecond(String name, Servers servers, Doing doing) throws Exception {
        row(name, rounds(servers, doing), value -> Figure.of(value, "/s"), "");
    }

    private void millis(String name, Servers servers, Doing doing) throws Exception {
        row(name, rounds(servers, doing), Figure::millis, "");
    }

    private interface Shown {
        Figure of(double value);
    }

    private void row(String name, List<Both> results, Shown shown, String note) {
        report.row(
                name + ", PostgreSQL",
                shown.of(median(results, Both::files)).with("SQLite"),
                Figure.NONE,
                shown.of(median(results, Both::postgres)),
                median(results, each -> each.postgres / each.files),
                Double.NaN,
                note);
    }

    private static double median(List<Both> results, ToDoubleFunction<Both> figure) {
        return Floors.median(results.stream().mapToDouble(figure).toArray());
    }

    private interface Signed {
        byte[] by(HearthServer server);
    }

    private void load(String name, Servers servers, Signed request) throws Exception {
        Doing warming = (server, _) -> perSecond(
                Load.run(server.address(), request.by(server), CONNECTIONS, Duration.ofSeconds(quick ? 2 : 10)));
        servers.both(warming, true);
        perSecond(
                name + ", " + CONNECTIONS + " connections",
                servers,
                (server, _) -> perSecond(Load.run(server.address(), request.by(server), CONNECTIONS, round)));
    }

    private double perSecond(Load.Result result) {
        report.errors(result.errors());
        return result.perSecond();
    }

    /// Accepted and not run: what 202 promises, alone.
    private void accept(Servers servers) throws Exception {
        Report.progress("store: durable accept");
        var p99 = new ArrayList<Double>();
        servers.both(
                (server, events) -> {
                    events.hold(server);
                    return perSecond(events.accept(server, CALLERS, Duration.ofSeconds(quick ? 5 : 10)));
                },
                true);
        perSecond("durable accept of events, 1 KB, " + CALLERS + " callers", servers, (server, events) -> {
            var result = events.accept(server, CALLERS, round);
            if (server == servers.postgres) {
                p99.add(result.micros(0.99) * 1e3);
            }
            return perSecond(result);
        });
        report.row(
                "durable accept of events, p99, PostgreSQL",
                Figure.NONE,
                Figure.NONE,
                Figure.millis(Floors.median(
                        p99.stream().mapToDouble(Double::doubleValue).toArray())),
                "");
        servers.both(
                (server, events) -> {
                    events.open(server);
                    return settle(server, events);
                },
                true);
    }

    private void drain(Servers servers) throws Exception {
        int count = quick ? 10_000 : 30_000;
        Report.progress("store: drain of " + count);
        perSecond("drain of a backlog of " + count + " events", servers, (server, events) -> {
            events.hold(server);
            report.errors(events.fill(server, CALLERS, count));
            events.open(server);
            return settle(server, events);
        });
    }

    /// How many events were begun a second.
    private double settle(HearthServer server, EventFunction events) throws Exception {
        var account = events.settle(server, PATIENCE);
        report.errors(account.lost());
        return account.perSecond();
    }

    private void ready(String store, Path files, Path shared) throws IOException {
        var results = new ArrayList<Both>();
        for (int i = 0; i < rounds; i++) {
            try (var one = HearthServer.start(repository, files);
                    var other = HearthServer.onStore(repository, shared, store)) {
                results.add(new Both(
                        one.timeToReady().toNanos(), other.timeToReady().toNanos()));
            }
        }
        row("time to ready with these functions", results, Figure::millis, "");
    }
}
