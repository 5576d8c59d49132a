package hearth.bench;

import static hearth.bench.Report.format;
import static hearth.bench.Report.millis;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;

/// From a function whose code no one has seen to its first answer: with a booted runtime that waits for it,
/// and without.
///
/// Hearth and the floor take turns, because the machine's speed changes from one second to the next.
final class ColdStarts {
    /// For the pool to be full again.
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Report report;
    private final Path repository;
    private final Path folder;
    private final boolean quick;

    ColdStarts(Report report, Path repository, Path folder, boolean quick) {
        this.report = report;
        this.repository = repository;
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
        try (var hearth = HearthServer.start(repository, folder.resolve("cold " + how), options)) {
            for (var language : languages) {
                row(hearth, language, how, pause);
            }
        }
    }

    private void row(HearthServer hearth, Language language, String how, Duration pause)
            throws IOException, InterruptedException {
        var rounds = quick ? 5 : 21;
        var ours = new double[rounds];
        var floors = new double[rounds];
        coldStart(hearth, language, "first", pause); // the code of both sides is loaded
        for (int i = 0; i < rounds; i++) {
            ours[i] = coldStart(hearth, language, Integer.toString(i), pause);
            floors[i] = Floors.start(1, language.bareStart().toArray(String[]::new));
        }
        var cold = Floors.median(ours);
        var floor = Floors.median(floors);
        report.row(
                "cold start " + language.name() + ", " + how,
                millis(cold),
                millis(floor) + " bare interpreter",
                cold / floor,
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
