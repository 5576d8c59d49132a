package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;

/// From a function whose code no one has seen to its first answer: with a booted runtime that waits for it,
/// and without.
///
/// The floor and the builds take turns, because the machine's speed changes from one second to the next.
final class ColdStarts {
    /// For the pool to be full again.
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Report report;
    private final Rivals rivals;
    private final Path folder;
    private final boolean quick;

    ColdStarts(Report report, Rivals rivals, Path folder, boolean quick) {
        this.report = report;
        this.rivals = rivals;
        this.folder = folder;
        this.quick = quick;
    }

    void run() throws IOException, InterruptedException {
        rows("pool empty", Duration.ZERO, "--pool-memory", "0");
        rows("from the pool", PAUSE);
    }

    private void rows(String how, Duration pause, String... options) throws IOException, InterruptedException {
        var languages = new ArrayList<>(Language.all());
        languages.add(Language.java(folder));
        try (var servers = rivals.start(folder, "cold " + how, options)) {
            for (var language : languages) {
                row(servers, language, how, pause);
            }
        }
    }

    private void row(Rivals.Servers servers, Language language, String how, Duration pause)
            throws IOException, InterruptedException {
        Report.progress("cold start " + language.name() + ", " + how);
        var rounds = quick ? 5 : 21;
        var now = new double[rounds];
        var earlier = new double[rounds];
        var floors = new double[rounds];
        for (int i = -1; i < rounds; i++) {
            // The first round loads the code of all sides.
            var round = Integer.toString(i + 1);
            var nanos = coldStart(servers.now(), language, round, pause);
            var nanosEarlier = servers.earlier().isPresent()
                    ? coldStart(servers.earlier().get(), language, round, pause)
                    : Double.NaN;
            var bare = Floors.start(1, language.bareStart().toArray(String[]::new));
            if (i >= 0) {
                now[i] = nanos;
                earlier[i] = nanosEarlier;
                floors[i] = bare;
            }
        }
        var cold = Floors.median(now);
        var floor = Floors.median(floors);
        report.row(
                "cold start " + language.name() + ", " + how,
                Figure.millis(floor).with("bare interpreter"),
                Figure.millis(Floors.median(earlier)),
                Figure.millis(cold),
                (cold < floor ? "−" : "+") + format(Math.abs(cold - floor) / 1e6) + " ms; median of " + rounds);
    }

    private static double coldStart(HearthServer hearth, Language language, String number, Duration pause)
            throws IOException {
        var function = "cold-" + language.name() + "-" + number;
        var unique = number + " " + System.nanoTime();
        hearth.create(function, language.runtime(), language.handler(), language.zip(unique), 1769);
        LockSupport.parkNanos(pause.toNanos());
        var request = hearth.invocation(function);
        var begin = System.nanoTime();
        Main.expectOk(hearth.send(request));
        return System.nanoTime() - begin;
    }
}
