package hearth.bench;

import static hearth.bench.Report.format;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/// Very many functions, each called once, in turn: no environment is ever used again, and the pool of booted runtimes
/// is emptied faster than it fills.
final class ManyFunctions {
    private final Report report;
    private final Rivals rivals;
    private final Path folder;
    private final int count;

    ManyFunctions(Report report, Rivals rivals, Path folder, boolean quick) {
        this.report = report;
        this.rivals = rivals;
        this.folder = folder;
        this.count = quick ? 100 : 1000;
    }

    void run() throws IOException, InterruptedException {
        Report.progress(count + " functions in turn");
        var python = Language.all().getFirst();
        try (var servers = rivals.start(folder, "many-functions")) {
            for (int i = 0; i < count; i++) {
                servers.create("turn-" + i, python.runtime(), python.handler(), python.zip("turn"), 128);
            }
            var now = new double[count];
            var earlier = new double[count];
            for (int i = 0; i < count; i++) {
                now[i] = call(servers.now(), "turn-" + i);
                earlier[i] =
                        servers.earlier().isPresent() ? call(servers.earlier().get(), "turn-" + i) : Double.NaN;
            }
            var floor = Floors.start(21, python.bareStart().toArray(String[]::new));
            var errors = Arrays.stream(now).filter(Double::isInfinite).count();
            report.errors(errors);
            row("p50", 0.5, floor, earlier, now, "errors " + errors);
            row(
                    "p99",
                    0.99,
                    floor,
                    earlier,
                    now,
                    "slowest " + format(Arrays.stream(now).max().orElse(0) / 1e6) + " ms");
        }
    }

    private void row(String name, double share, double floor, double[] earlier, double[] now, String note) {
        report.row(
                count + " functions in turn, one call each, " + name,
                Figure.millis(floor).with("bare interpreter"),
                Figure.millis(quantile(earlier, share)),
                Figure.millis(quantile(now, share)),
                note);
    }

    /// How long the call took, in nanoseconds; for ever where it failed.
    private static double call(HearthServer server, String function) {
        try {
            var request = server.invocation(function);
            var begin = System.nanoTime();
            Main.expectOk(server.send(request));
            return System.nanoTime() - begin;
        } catch (IOException e) {
            Report.progress("a call of " + function + " failed: " + e.getMessage());
            return Double.POSITIVE_INFINITY;
        }
    }

    private static double quantile(double[] values, double share) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }
}
