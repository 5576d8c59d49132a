package hearth.model.filter;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.filter.FilterCondition.AnythingBut;
import hearth.model.filter.FilterCondition.Bound;
import hearth.model.filter.FilterCondition.Exists;
import hearth.model.filter.FilterCondition.Literal;
import hearth.model.filter.FilterCondition.Numeric;
import hearth.model.filter.FilterCondition.Prefix;
import hearth.model.filter.FilterCondition.Text;
import hearth.model.filter.FilterPattern.Fields;
import hearth.model.filter.FilterPattern.Values;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterPatternTest {
    @Test
    void saysOfEachFieldWhatItMayBe() {
        var pattern = FilterPattern.parse("""
                {"body": {"kind": ["order", null], "size": [300, {"prefix": "x"}]}}""");

        assertThat(pattern)
                .contains(fields(Map.of(
                        "body",
                        fields(Map.of(
                                "kind", new Values(List.of(new Text("order"), new Literal("null"))),
                                "size", new Values(List.of(new Literal("300"), new Prefix("x"))))))));
    }

    @Test
    void keepsAlternativesBesideWhatMustHoldAnyway() {
        var pattern = FilterPattern.parse("""
                {"a": [{"exists": false}], "$or": [{"b": [1]}, {"c": [{"anything-but": ["x", 2]}]}]}""");

        assertThat(pattern)
                .contains(new Fields(
                        Map.of("a", new Values(List.of(new Exists(false)))),
                        List.of(
                                fields(Map.of("b", new Values(List.of(new Literal("1"))))),
                                fields(Map.of(
                                        "c",
                                        new Values(List.of(
                                                new AnythingBut(List.of(new Text("x"), new Literal("2"))))))))));
    }

    @Test
    void readsBoundsOfNumbers() {
        assertThat(numeric("[\">\", 0, \"<=\", 5.25]")).contains(new Numeric(bound("0", false), bound("5.25", true)));
        assertThat(numeric("[\"<\", -5]")).contains(new Numeric(Optional.empty(), bound("-5", false)));
        assertThat(numeric("[\"=\", 7]")).contains(new Numeric(bound("7", true), bound("7", true)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[\">\"]",
                "[0, \">\"]",
                "[\">\", \"0\"]",
                "[\"!=\", 0]",
                "[\"<\", 5, \">\", 0]",
                "[\">\", 5, \"<\", 5]",
                "[\">\", 0, \">\", 1]",
                "[\"=\", 1, \"<\", 2]",
                "[\">\", 5000000001]",
                "[\">\", 0.000001]",
                "5"
            })
    void refusesOtherBounds(String bounds) {
        assertThat(numeric(bounds)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "simple string",
                "\"text\"",
                "[]",
                "null",
                "{}",
                "{\"a\": {}}",
                "{\"a\": []}",
                "{\"a\": \"text\"}",
                "{\"a\": 1}",
                "{\"a\": null}",
                "{\"a\": [[\"x\"]]}",
                "{\"a\": [{}]}",
                "{\"a\": [{\"prefix\": 1}]}",
                "{\"a\": [{\"like\": \"x\"}]}",
                "{\"a\": [{\"prefix\": \"x\", \"suffix\": \"y\"}]}",
                "{\"a\": [{\"exists\": \"true\"}]}",
                "{\"a\": [{\"anything-but\": []}]}",
                "{\"a\": [{\"anything-but\": [[1]]}]}",
                "{\"$or\": []}",
                "{\"$or\": [{\"a\": [1]}]}",
                "{\"$or\": [{\"a\": [1]}, 2]}",
                "{\"$or\": {\"a\": [1]}}",
                "{\"a\": [1]} {\"b\": [2]}",
                "{\"a\": [1]",
                "{\"a\"=123}",
                "{'a': [1]}"
            })
    void isNothingElse(String text) {
        assertThat(FilterPattern.parse(text)).isEmpty();
    }

    @Test
    void endsHoweverDeepATextNests() {
        assertThat(FilterPattern.parse("{\"a\":".repeat(800))).isEmpty();
        assertThat(FilterPattern.parse("{\"a\":".repeat(500) + "[1]" + "}".repeat(500)))
                .isPresent();
    }

    private static Optional<FilterCondition> numeric(String bounds) {
        return FilterPattern.parse("{\"a\": [{\"numeric\": " + bounds + "}]}").map(pattern -> ((Values)
                        Objects.requireNonNull(pattern.fields().get("a")))
                .any()
                .getFirst());
    }

    private static Optional<Bound> bound(String value, boolean inclusive) {
        return Optional.of(new Bound(new BigDecimal(value), inclusive));
    }

    private static Fields fields(Map<String, FilterPattern> fields) {
        return new Fields(fields, List.of());
    }
}
