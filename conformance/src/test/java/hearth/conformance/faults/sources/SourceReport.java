package hearth.conformance.faults.sources;

import hearth.conformance.faults.sources.SourceRound.Result;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// The rounds of each source and fault in a row of a table.
final class SourceReport {
    private static final String HEAD = """
            | source | fault | rounds | sent | delivered | lost | out of order | more than once | poison | of it given up | others given up | all well after, at most |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    private SourceReport() {}

    static String table(List<Result> results) {
        var rows = results.stream()
                .collect(Collectors.groupingBy(
                        result -> result.source() + " | " + result.fault().words(),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return HEAD
                + rows.entrySet().stream()
                        .map(row -> row(row.getKey(), row.getValue()))
                        .collect(Collectors.joining("\n"));
    }

    private static String row(String name, List<Result> rounds) {
        return "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f s |"
                .formatted(
                        name,
                        rounds.size(),
                        rounds.stream().mapToInt(Result::sent).sum(),
                        rounds.stream().mapToInt(Result::delivered).sum(),
                        rounds.stream().mapToInt(Result::lost).sum(),
                        rounds.stream().mapToInt(Result::overtaken).sum(),
                        rounds.stream().mapToInt(Result::repeated).sum(),
                        rounds.stream().mapToInt(Result::poison).sum(),
                        rounds.stream().mapToInt(Result::givenUp).sum(),
                        rounds.stream()
                                .mapToInt(result -> result.others().size())
                                .sum(),
                        rounds.stream()
                                        .map(Result::healed)
                                        .max(Duration::compareTo)
                                        .orElse(Duration.ZERO)
                                        .toMillis()
                                / 1000.0);
    }
}
