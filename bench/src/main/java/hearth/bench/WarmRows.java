package hearth.bench;

import static hearth.bench.Report.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Invocations of a function that does nothing, in environments that are warm, beside a bare HTTP server.
///
/// A shared machine changes its speed from one second to the next. So Hearth and its floor take turns, in rounds that
/// are short, and each figure is the median of the rounds; a ratio is the median of the rounds' ratios.
final class WarmRows {
    private static final byte[] BARE_REQUEST =
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final int ROUNDS = 7;

    /// How many environments the function has at all numbers of connections: as many first invocations at once.
    private static final int ENVIRONMENTS = 24;

    private final Report report;
    private final HearthServer hearth;
    private final Language language;
    private final Duration round;

    /// @param round how long each turn takes
    WarmRows(Report report, HearthServer hearth, Language language, Duration round) {
        this.report = report;
        this.hearth = hearth;
        this.language = language;
        this.round = round;
    }

    private record Turn(Load.Result load, long cpuNanos, int servers) {
        double cpuMicros() {
            return cpuNanos / 1000.0 / load.requests();
        }
    }

    private record Round(Turn hearth, Turn bare) {}

    void measure(Path folder) throws Exception {
        var function = "warm-" + language.name();
        hearth.create(function, language.runtime(), "app.handler", language.zip("warm"), 1769);
        var request = hearth.invocation(function);
        Load.run(hearth.address(), request, ENVIRONMENTS, round);
        warmUp(request);
        try (var bare = new Floors.BareServer(language.interpreter(), language.bareServer(), folder)) {
            for (int connections : new int[] {1, 16, 64}) {
                var rounds = rounds(bare, request, connections);
                rows(connections, environments(folder, function), rounds);
            }
        }
    }

    /// How many there have been: each has a log of its own.
    private static long environments(Path folder, String function) throws IOException {
        try (var files = Files.walk(folder.resolve("data/logs"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> String.valueOf(file.getParent()).endsWith(function))
                    .count();
        }
    }

    /// Until the JVM, and each environment for itself, has compiled what is called.
    private void warmUp(byte[] request) throws IOException {
        var invocations = 0L;
        for (int i = 0; i < 20 && invocations < ENVIRONMENTS * 2500L; i++) {
            invocations +=
                    Load.run(hearth.address(), request, ENVIRONMENTS, round).requests();
        }
    }

    private List<Round> rounds(Floors.BareServer bare, byte[] request, int connections) throws IOException {
        Load.run(hearth.address(), request, connections, round);
        Load.run(bare.address(), BARE_REQUEST, connections, round);
        var rounds = new ArrayList<Round>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(new Round(
                    turn(hearth.processes(), () -> Load.run(hearth.address(), request, connections, round)),
                    turn(bare.processes(), () -> Load.run(bare.address(), BARE_REQUEST, connections, round))));
        }
        return rounds;
    }

    private interface Run {
        Load.Result run() throws IOException;
    }

    private static Turn turn(ProcessTree processes, Run run) throws IOException {
        var before = processes.cpu();
        var load = run.run();
        var after = processes.cpu();
        var busy = after.entrySet().stream()
                .filter(now -> now.getValue() > before.getOrDefault(now.getKey(), 0L))
                .count();
        return new Turn(load, ProcessTree.difference(before, after), (int) busy);
    }

    private void rows(int connections, long environments, List<Round> rounds) {
        var name = "warm " + language.name() + ", " + connections + (connections == 1 ? " connection" : " connections");
        var errors =
                rounds.stream().mapToLong(each -> each.hearth.load.errors()).sum();
        var requests =
                rounds.stream().mapToLong(each -> each.hearth.load.requests()).sum();
        row(name + ", p50", rounds, turn -> turn.load.micros(0.5), " µs", "errors " + errors + " of " + requests);
        row(name + ", p99", rounds, turn -> turn.load.micros(0.99), " µs", "");
        row(
                name + ", throughput",
                rounds,
                turn -> turn.load.perSecond(),
                "/s",
                environments + " environments, " + format(median(rounds, each -> each.hearth.servers - 1))
                        + " of them busy");
        row(name + ", CPU of all processes", rounds, Turn::cpuMicros, " µs", "a request");
    }

    private void row(String name, List<Round> rounds, ToDoubleFunction<Turn> figure, String unit, String note) {
        report.row(
                name,
                format(median(rounds, each -> figure.applyAsDouble(each.hearth))) + unit,
                format(median(rounds, each -> figure.applyAsDouble(each.bare))) + unit,
                median(rounds, each -> figure.applyAsDouble(each.hearth) / figure.applyAsDouble(each.bare)),
                note);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Floors.median(rounds.stream().mapToDouble(figure).toArray());
    }
}
