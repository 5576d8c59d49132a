package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// Invocations of one function, from outside and signed, beside a bare HTTP server that calls the same handler.
///
/// A shared machine changes its speed from one second to the next. So the floor and the builds take turns, in rounds
/// that are short, and each figure is the median of the rounds; a ratio is the median of the rounds' ratios.
final class WarmRows {
    private static final byte[] EVENT = "{}".getBytes(StandardCharsets.UTF_8);

    private final Report report;
    private final Rivals.Servers servers;
    private final Path folder;
    private final Wrk wrk;
    private final boolean quick;

    WarmRows(Report report, Rivals.Servers servers, Path folder, boolean quick) {
        this.report = report;
        this.servers = servers;
        this.folder = folder;
        this.wrk = new Wrk(folder.resolve("load.lua"));
        this.quick = quick;
    }

    /// One server's share of a round.
    private record Turn(Wrk.Result load, long cpuNanos, long processes) {
        double cpuMicros() {
            return cpuNanos / 1000.0 / load.requests();
        }
    }

    private record Round(Turn floor, List<Turn> least, Turn now, List<Turn> earlier) {}

    /// Where each turn's requests go.
    private record Side(Target floor, List<Target> least, Target now, List<Target> earlier) {
        List<Target> all() {
            var all = new ArrayList<Target>();
            all.add(floor);
            all.addAll(least);
            all.addAll(earlier);
            all.add(now);
            return all;
        }
    }

    private record Target(java.net.InetSocketAddress address, ProcessTree processes, RequestMaker request) {}

    /// Makes the request anew for each turn, so that its signature is fresh.
    private interface RequestMaker {
        Wrk.Request make() throws IOException;
    }

    /// The function that does nothing, at several numbers of connections.
    void nothing(Language language, int... connections) throws Exception {
        measure(language, "warm-" + language.name(), language.content(), language.name(), connections);
    }

    /// The function of Node.js that waits 5 ms for something else than the processor, as for a database.
    void awaiting(Language node) throws Exception {
        var handler = "exports.handler = () => new Promise((done) => setTimeout(() => done({}), 5));\n";
        measure(
                node,
                "awaiting",
                handler.getBytes(StandardCharsets.UTF_8),
                "handler that awaits 5 ms, " + node.name(),
                64);
    }

    private void measure(Language language, String function, byte[] code, String name, int... connections)
            throws Exception {
        try (var floors = begin(language, function, code)) {
            var side = side(function, floors);
            for (int count : connections) {
                var what = (name.startsWith("handler") ? name : "warm " + name) + ", " + count
                        + (count == 1 ? " connection" : " connections");
                Report.progress(what);
                for (var target : side.all()) {
                    wrk.run(target.address, target.request.make(), count, quick ? 5 : 20);
                }
                var rounds = new ArrayList<Round>();
                for (int i = 0; i < (quick ? 3 : 7); i++) {
                    rounds.add(round(side, count, quick ? 1 : 2, i % 2 == 1));
                }
                rows(what, rounds);
            }
        }
    }

    /// The state that many callers of a new function settle in: what is measured comes after half a minute of them.
    void settled(Language language, int connections) throws Exception {
        var what = "settled " + language.name() + ", " + connections + " connections after " + (quick ? "10" : "30")
                + " s";
        Report.progress(what);
        var function = "settled-" + language.name();
        try (var floors = begin(language, function, language.content())) {
            var side = side(function, floors);
            var floor = settle(side.floor, connections);
            var earlier = new ArrayList<Turn>();
            for (var target : side.earlier) {
                earlier.add(settle(target, connections));
            }
            rows(what, List.of(new Round(floor, List.of(), settle(side.now, connections), earlier)));
        }
    }

    private Turn settle(Target target, int connections) throws IOException, InterruptedException {
        wrk.run(target.address, target.request.make(), connections, quick ? 10 : 30);
        return turn(target, connections, quick ? 3 : 10);
    }

    /// The bare servers of a language.
    private record BareServers(Floors.BareServer floor, Optional<Floors.BareServer> least) implements AutoCloseable {
        @Override
        public void close() {
            floor.close();
            least.ifPresent(Floors.BareServer::close);
        }
    }

    private BareServers begin(Language language, String function, byte[] code) throws IOException {
        servers.create(function, language.runtime(), language.handler(), language.zip(code, function), 1769);
        var file = Files.write(Files.createDirectories(folder.resolve(function)).resolve(language.file()), code);
        var answer = servers.now().answer(function);
        var floor = new Floors.BareServer(language, language.bareServer(), file, answer, folder);
        var least = language.leastServer();
        return new BareServers(
                floor,
                least.isPresent()
                        ? Optional.of(new Floors.BareServer(language, least.get(), file, answer, folder))
                        : Optional.empty());
    }

    private Side side(String function, BareServers floors) throws IOException {
        var request = servers.now().load(function, EVENT);
        return new Side(
                bare(floors.floor, request),
                floors.least.map(server -> List.of(bare(server, request))).orElse(List.of()),
                target(servers.now(), function),
                servers.earlier()
                        .map(server -> List.of(target(server, function)))
                        .orElse(List.of()));
    }

    private static Target bare(Floors.BareServer server, Wrk.Request request) {
        return new Target(server.address(), server.processes(), () -> request);
    }

    private static Target target(HearthServer server, String function) {
        return new Target(server.address(), server.processes(), () -> server.load(function, EVENT));
    }

    /// What one build has left to do when its turn is over would burden the other every time, were it always the first.
    private Round round(Side side, int connections, int seconds, boolean nowFirst)
            throws IOException, InterruptedException {
        var floor = turn(side.floor, connections, seconds);
        var least = new ArrayList<Turn>();
        for (var target : side.least) {
            least.add(turn(target, connections, seconds));
        }
        var first = nowFirst ? List.of(turn(side.now, connections, seconds)) : List.<Turn>of();
        var earlier = new ArrayList<Turn>();
        for (var target : side.earlier) {
            earlier.add(turn(target, connections, seconds));
        }
        return new Round(floor, least, nowFirst ? first.getFirst() : turn(side.now, connections, seconds), earlier);
    }

    private Turn turn(Target target, int connections, int seconds) throws IOException, InterruptedException {
        var request = target.request.make();
        var before = target.processes.cpu();
        var load = wrk.run(target.address, request, connections, seconds);
        var after = target.processes.cpu();
        var busy = after.entrySet().stream()
                .filter(now -> now.getValue() > before.getOrDefault(now.getKey(), 0L))
                .count();
        return new Turn(load, ProcessTree.difference(before, after), busy);
    }

    private void rows(String name, List<Round> rounds) {
        var errors = rounds.stream()
                .mapToLong(round -> round.now.load.errors() + round.floor.load.errors())
                .sum();
        report.errors(errors);
        var busy = format(median(rounds, round -> round.now.processes - 1.0)) + " environments busy";
        row(
                name + ", throughput",
                rounds,
                turn -> turn.load.perSecond(),
                "/s",
                "errors " + errors + "; " + busy + least(rounds, turn -> turn.load.perSecond(), "/s"));
        row(
                name + ", CPU of all processes",
                rounds,
                Turn::cpuMicros,
                " µs",
                "a request" + least(rounds, Turn::cpuMicros, " µs"));
        row(name + ", p50", rounds, turn -> turn.load.p50Micros(), " µs", "");
        row(name + ", p99", rounds, turn -> turn.load.p99Micros(), " µs", "");
    }

    private static String least(List<Round> rounds, ToDoubleFunction<Turn> figure, String unit) {
        return rounds.getFirst().least.isEmpty()
                ? ""
                : "; a loop made by hand "
                        + format(median(rounds, round -> figure.applyAsDouble(round.least.getFirst()))) + unit;
    }

    private void row(String name, List<Round> rounds, ToDoubleFunction<Turn> figure, String unit, String note) {
        ToDoubleFunction<Round> earlier =
                round -> round.earlier.isEmpty() ? Double.NaN : figure.applyAsDouble(round.earlier.getFirst());
        ToDoubleFunction<Round> now = round -> figure.applyAsDouble(round.now);
        ToDoubleFunction<Round> floor = round -> figure.applyAsDouble(round.floor);
        report.row(
                name,
                Figure.of(median(rounds, floor), unit),
                Figure.of(median(rounds, earlier), unit),
                Figure.of(median(rounds, now), unit),
                median(rounds, round -> now.applyAsDouble(round) / floor.applyAsDouble(round)),
                median(rounds, round -> now.applyAsDouble(round) / earlier.applyAsDouble(round)),
                note);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Floors.median(rounds.stream().mapToDouble(figure).toArray());
    }
}
