package hearth.bench;

import hearth.bench.Report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finding places in a large cluster and handing a shard over, as `ManyWorkersBenchmark` in `invoke` measures it:
/// it decides and sends commands to workers that answer at once, so there is no floor to put beside it.
final class PlacementRows {
    private static final Pattern STARTS =
            Pattern.compile("([\\d.]+) starts a second, p50 ([\\d.]+) ms, p99 ([\\d.]+) ms");
    private static final Pattern HAND_OVER =
            Pattern.compile("(\\d+) taken up, ([\\d.]+) ms to let go, ([\\d.]+) ms to take up");

    private final Report report;
    private final Path repository;

    PlacementRows(Report report, Path repository) {
        this.report = report;
        this.repository = repository;
    }

    void run() throws IOException, InterruptedException {
        Report.progress("placement, 1,000 workers and 100,000 functions");
        // Tests are not built otherwise.
        output(List.of(
                "mvn",
                "-B",
                "-q",
                "test-compile",
                "dependency:build-classpath",
                "-Dmdep.outputFile=target/bench-classpath",
                "-Dspotless.check.skip=true",
                "-pl",
                "invoke",
                "-am"));
        var invoke = repository.resolve("invoke/target");
        var path = invoke.resolve("test-classes") + ":" + invoke.resolve("classes") + ":"
                + Files.readString(invoke.resolve("bench-classpath")).strip();
        var said = output(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                path,
                "hearth.invoke.workermanager.ManyWorkersBenchmark"));
        var starts = STARTS.matcher(said).results().toList();
        var handOvers = HAND_OVER.matcher(said).results().toList();
        row(
                "environment starts decided, 1,000 workers, 100,000 functions",
                Figure.of(median(starts, 1), "/s"),
                "aim 2,500; median of " + starts.size() + "; no sandboxes, no network");
        row("from the request to the environment, p99", Figure.of(median(starts, 3), " ms"), "aim 50 ms");
        row(
                "hand-over of a shard with 10,000 environments",
                Figure.of(
                        Floors.median(handOvers.stream()
                                .mapToDouble(
                                        each -> Double.parseDouble(each.group(2)) + Double.parseDouble(each.group(3)))
                                .toArray()),
                        " ms"),
                "aim 2 s; %s of 10,000 taken up; median of %d, the first %.0f ms"
                        .formatted(
                                handOvers.getLast().group(1),
                                handOvers.size(),
                                Double.parseDouble(handOvers.getFirst().group(2))
                                        + Double.parseDouble(
                                                handOvers.getFirst().group(3))));
    }

    private void row(String name, Figure figure, String note) {
        report.row(name, Figure.NONE, Figure.NONE, figure, note);
    }

    private static double median(List<MatchResult> rounds, int group) {
        ToDoubleFunction<MatchResult> value = each -> Double.parseDouble(each.group(group));
        return Floors.median(rounds.stream().mapToDouble(value).toArray());
    }

    private String output(List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(repository.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = builder.start();
        var said = process.inputReader().lines().collect(Collectors.joining("\n"));
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + said);
        }
        return said;
    }
}
