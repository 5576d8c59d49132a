package hearth.conformance.faults;

import hearth.conformance.faults.FaultRound.Result;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The rounds of each fault in a row of a table.
final class FaultReport {
    private static final String HEAD = """
            | fault | rounds | calls | failed | of them seen on that host | how | wrong | doubled | at once, of %d | new calls work after, at most | slowest | acknowledged, of them lost |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """.formatted(Functions.LIMIT);

    private FaultReport() {}

    static String table(List<Result> results) {
        return HEAD
                + Arrays.stream(Fault.values())
                        .map(fault -> results.stream()
                                .filter(result -> result.fault() == fault)
                                .toList())
                        .filter(rounds -> !rounds.isEmpty())
                        .map(FaultReport::row)
                        .collect(Collectors.joining("\n"));
    }

    private static String row(List<Result> rounds) {
        var how = new TreeMap<String, Integer>();
        rounds.forEach(result -> result.failed().forEach((each, count) -> how.merge(each, count, Integer::sum)));
        return "| %s | %d | %d | %d | %d | %s | %d | %d | %d | %.1f s | %.1f s | %d, %d |"
                .formatted(
                        rounds.getFirst().fault().words(),
                        rounds.size(),
                        rounds.stream().mapToInt(Result::calls).sum(),
                        rounds.stream().mapToInt(Result::failures).sum(),
                        rounds.stream().mapToInt(Result::onHost).sum(),
                        words(how),
                        rounds.stream()
                                .mapToInt(result -> result.wrong().size())
                                .sum(),
                        rounds.stream().mapToInt(Result::doubled).sum(),
                        rounds.stream().mapToInt(Result::mostAtOnce).max().orElse(0),
                        seconds(rounds.stream()
                                .map(Result::lastFailure)
                                .max(Duration::compareTo)
                                .orElse(Duration.ZERO)),
                        seconds(rounds.stream()
                                .map(Result::slowest)
                                .max(Duration::compareTo)
                                .orElse(Duration.ZERO)),
                        rounds.stream()
                                .map(Result::acknowledged)
                                .mapToInt(tally -> tally.changes() + tally.events())
                                .sum(),
                        rounds.stream()
                                .mapToInt(result -> result.acknowledged().lost().size())
                                .sum());
    }

    private static String words(Map<String, Integer> how) {
        return how.entrySet().stream()
                .map(each -> each.getValue() + " × " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
