package hearth.model.filter;

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
import java.util.List;
import java.util.Map;

/// Holds patterns against values. Each part of a pattern meets each value at its place once, so that the work is
/// at most the product of their sizes, and only patterns, which are short, decide how deep it goes.
final class Matching {
    private Matching() {}

    /// All that a pattern says must hold for the same element of an array, as event-ruler, which AWS publishes,
    /// has it ("JSON Array Matching"). What must not exist has to be missing there; if nothing else is asked, it
    /// has to be missing in all elements.
    static Outcome pattern(FilterPattern pattern, EventValue value) {
        return switch (pattern) {
            case Values values -> values(values, value);
            case Fields fields when value.objects().isEmpty() -> fields(fields, members(Map.of()));
            case Fields fields -> {
                var lacking = true;
                for (var object : value.objects()) {
                    var outcome = fields(fields, members(object));
                    if (outcome == Outcome.HOLDS) {
                        yield outcome;
                    }
                    lacking &= outcome == Outcome.HOLDS_BY_ABSENCE;
                }
                yield lacking ? Outcome.HOLDS_BY_ABSENCE : Outcome.FAILS;
            }
        };
    }

    static Outcome fields(Fields pattern, Members members) {
        var outcome = Outcome.HOLDS_BY_ABSENCE;
        for (var field : pattern.fields().entrySet()) {
            outcome = outcome.and(members.outcome(field.getKey(), field.getValue()));
            if (outcome == Outcome.FAILS) {
                return outcome;
            }
        }
        return pattern.alternatives().isEmpty() ? outcome : outcome.and(best(pattern.alternatives(), members));
    }

    private static Outcome best(List<Fields> alternatives, Members members) {
        var best = Outcome.FAILS;
        for (var alternative : alternatives) {
            best = best.or(fields(alternative, members));
        }
        return best;
    }

    private static Members members(Map<String, EventValue> object) {
        return (name, pattern) -> pattern(pattern, object.getOrDefault(name, EventValue.MISSING));
    }

    private static Outcome values(Values pattern, EventValue value) {
        if (pattern.any().stream().noneMatch(condition -> holds(condition, value))) {
            return Outcome.FAILS;
        }
        return value.hasScalars() ? Outcome.HOLDS : Outcome.HOLDS_BY_ABSENCE;
    }

    /// Whether one of the values at a place is as a condition wants it. Objects count for nothing.
    private static boolean holds(FilterCondition condition, EventValue value) {
        return switch (condition) {
            case Text(var text) -> value.texts().contains(text);
            case Literal(var json) -> value.literals().contains(json);
            case EqualsIgnoreCase(var text) -> value.texts().stream().anyMatch(text::equalsIgnoreCase);
            case Prefix(var prefix) -> value.texts().stream().anyMatch(each -> each.startsWith(prefix));
            case Suffix(var suffix) -> value.texts().stream().anyMatch(each -> each.endsWith(suffix));
            case AnythingBut(var excluded) ->
                excluded.stream().distinct().filter(each -> holds(each, value)).count() < value.scalars();
            case Numeric numeric -> value.numbers().stream().anyMatch(numeric::holds);
            case Exists(var exists) -> exists == value.hasScalars();
        };
    }
}
