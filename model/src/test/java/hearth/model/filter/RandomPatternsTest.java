package hearth.model.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.filter.FilterCondition.AnythingBut;
import hearth.model.filter.FilterCondition.EqualsIgnoreCase;
import hearth.model.filter.FilterCondition.Exists;
import hearth.model.filter.FilterCondition.Literal;
import hearth.model.filter.FilterCondition.Numeric;
import hearth.model.filter.FilterCondition.Prefix;
import hearth.model.filter.FilterCondition.Suffix;
import hearth.model.filter.FilterCondition.Text;
import hearth.model.filter.FilterPattern.Fields;
import hearth.model.filter.FilterPattern.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Random patterns and events, against the definition of event-ruler's README taken word by word: an event is a list of
/// fields, and a pattern holds when fields are found for all that it asks, no two of them in different elements of an
/// array. That tries all choices of fields, which takes long for larger events.
class RandomPatternsTest {
    private static final int ROUNDS = 20_000;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /// @param elements of each array that it lies in, by the array's number, which element
    private record Field(String path, String json, Map<Integer, Integer> elements) {}

    private record Wanted(String path, Values values) {}

    @Test
    void agreesWithEventRulersDefinition() {
        int admitted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var pattern = pattern(3);
            var event = object(4);
            var expected = expects(FilterPattern.parse(pattern).orElseThrow(), fields(event));

            assertThat(RecordFilter.of(RecordSource.DYNAMODB, List.of(pattern)).admits(metadata(text(event))))
                    .as("seed %d, round %d: %s for %s", seed, round, pattern, text(event))
                    .isEqualTo(expected);
            admitted += expected ? 1 : 0;
        }
        // Of both there were many.
        assertThat(admitted).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
    }

    // ---- Patterns and events: members a to c, and alternatives of d and e

    private String pattern(int depth) {
        var members =
                some(1, 2, () -> "\"" + letter("abc") + "\": " + wanted(depth)).collect(joining(", "));
        if (depth < 2 || random.nextInt(4) > 0) {
            return "{" + members + "}";
        }
        var alternatives = some(2, 3, () -> "{\"" + letter("de") + "\": " + wanted(depth - 1) + "}");
        return "{" + members + ", \"$or\": " + alternatives.collect(joining(", ", "[", "]")) + "}";
    }

    private String wanted(int depth) {
        return depth > 1 && random.nextBoolean()
                ? pattern(depth - 1)
                : some(1, 3, this::condition).collect(joining(", ", "[", "]"));
    }

    private String condition() {
        return switch (random.nextInt(9)) {
            case 0 -> "{\"exists\": true}";
            case 1, 2 -> "{\"exists\": false}";
            case 3 -> "{\"anything-but\": " + some(1, 3, this::scalar).collect(joining(", ", "[", "]")) + "}";
            case 4 -> "{\"%s\": \"%s\"}".formatted(random.nextBoolean() ? "prefix" : "suffix", letter("xy"));
            case 5 -> "{\"equals-ignore-case\": \"%s\"}".formatted(letter("xYZ"));
            case 6 -> "{\"numeric\": [\">=\", 1]}";
            default -> scalar();
        };
    }

    private String scalar() {
        return List.of("\"x\"", "\"y\"", "\"xy\"", "0", "1", "1.0", "2", "null", "true")
                .get(random.nextInt(9));
    }

    private Map<String, Object> object(int depth) {
        var object = new HashMap<String, Object>();
        some(0, 5, () -> letter("abcde")).forEach(name -> object.put(name, value(depth - 1)));
        return object;
    }

    private Object value(int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(4)) {
            case 0 -> scalar();
            case 1 -> object(depth);
            default -> some(0, 3, () -> value(depth - 1)).toList();
        };
    }

    private String letter(String letters) {
        return String.valueOf(letters.charAt(random.nextInt(letters.length())));
    }

    private <T> Stream<T> some(int least, int most, Supplier<T> each) {
        return IntStream.range(0, random.nextInt(least, most + 1)).mapToObj(_ -> each.get()).toList().stream();
    }

    private static String text(Object value) {
        return switch (value) {
            case Map<?, ?> object ->
                object.entrySet().stream()
                        .map(member -> "\"" + member.getKey() + "\": " + text(member.getValue()))
                        .collect(joining(", ", "{", "}"));
            case List<?> array -> array.stream().map(RandomPatternsTest::text).collect(joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    // ---- The definition

    private static List<Field> fields(Object event) {
        var fields = new ArrayList<Field>();
        collect(event, "", Map.of(), new int[1], fields);
        return fields;
    }

    private static void collect(
            Object value, String path, Map<Integer, Integer> elements, int[] arrays, List<Field> fields) {
        switch (value) {
            case Map<?, ?> object ->
                object.forEach((name, each) -> collect(each, path + "/" + name, elements, arrays, fields));
            case List<?> array -> {
                int number = arrays[0]++;
                for (int i = 0; i < array.size(); i++) {
                    var within = new HashMap<>(elements);
                    if (!(array.get(i) instanceof String)) {
                        within.put(number, i);
                    }
                    collect(array.get(i), path, within, arrays, fields);
                }
            }
            default -> fields.add(new Field(path, value.toString(), elements));
        }
    }

    private static boolean expects(Fields pattern, List<Field> fields) {
        return rules(pattern, "").stream().anyMatch(rule -> isFound(rule, 0, Map.of(), List.of(), fields));
    }

    /// A pattern's ways to hold, without `$or`.
    private static List<List<Wanted>> rules(FilterPattern pattern, String path) {
        return switch (pattern) {
            case Values values -> List.of(List.of(new Wanted(path, values)));
            case Fields(var named, var alternatives) -> {
                List<List<Wanted>> rules = List.of(List.of());
                for (var each : named.entrySet()) {
                    rules = product(rules, rules(each.getValue(), path + "/" + each.getKey()));
                }
                yield alternatives.isEmpty()
                        ? rules
                        : product(
                                rules,
                                alternatives.stream()
                                        .flatMap(each -> rules(each, path).stream())
                                        .toList());
            }
        };
    }

    private static List<List<Wanted>> product(List<List<Wanted>> some, List<List<Wanted>> others) {
        return some.stream()
                .flatMap(each -> others.stream().map(other -> Stream.concat(each.stream(), other.stream())
                        .toList()))
                .toList();
    }

    private static boolean isFound(
            List<Wanted> rule, int from, Map<Integer, Integer> elements, List<String> absent, List<Field> fields) {
        if (from == rule.size()) {
            return fields.stream()
                    .noneMatch(field -> absent.contains(field.path())
                            && together(elements, field.elements()).isPresent());
        }
        var wanted = rule.get(from);
        for (var field : fields) {
            var both = together(elements, field.elements());
            if (field.path().equals(wanted.path())
                    && both.isPresent()
                    && wanted.values().any().stream().anyMatch(each -> holds(each, field.json()))
                    && isFound(rule, from + 1, both.get(), absent, fields)) {
                return true;
            }
        }
        return wanted.values().any().contains(new Exists(false))
                && isFound(
                        rule,
                        from + 1,
                        elements,
                        Stream.concat(absent.stream(), Stream.of(wanted.path())).toList(),
                        fields);
    }

    private static Optional<Map<Integer, Integer>> together(Map<Integer, Integer> some, Map<Integer, Integer> others) {
        var both = new HashMap<>(some);
        for (var other : others.entrySet()) {
            if (!both.computeIfAbsent(other.getKey(), _ -> other.getValue()).equals(other.getValue())) {
                return Optional.empty();
            }
        }
        return Optional.of(both);
    }

    private static boolean holds(FilterCondition condition, String json) {
        var isText = json.startsWith("\"");
        var text = isText ? json.substring(1, json.length() - 1) : "";
        return switch (condition) {
            case Text(var wanted) -> isText && text.equals(wanted);
            case Literal(var wanted) -> json.equals(wanted);
            case EqualsIgnoreCase(var wanted) -> isText && text.equalsIgnoreCase(wanted);
            case Prefix(var wanted) -> isText && text.startsWith(wanted);
            case Suffix(var wanted) -> isText && text.endsWith(wanted);
            case AnythingBut(var excluded) -> excluded.stream().noneMatch(each -> holds(each, json));
            case Numeric _ -> List.of("1", "1.0", "2").contains(json);
            case Exists(var exists) -> exists;
        };
    }

    private static SourceRecord metadata(String json) {
        return new SourceRecord() {
            @Override
            public byte[] metadata() {
                return json.getBytes(UTF_8);
            }

            @Override
            public Optional<byte[]> payload(String member) {
                return Optional.empty();
            }
        };
    }
}
