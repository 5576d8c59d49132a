package hearth.model.filter;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an event has at one place. Patterns look through arrays, and arrays in them: what counts is which texts,
/// literals and objects there are in the end.
final class EventValue {
    static final EventValue MISSING = new EventValue(Set.of(), Set.of(), List.of());

    /// A number of more digits is in no range. Comparing takes time that grows with them.
    private static final int MOST_DIGITS = 1_000;

    private final Set<String> texts;
    private final Set<String> literals;
    private final List<Map<String, EventValue>> objects;
    private @Nullable List<BigDecimal> numbers;

    EventValue(Set<String> texts, Set<String> literals, List<Map<String, EventValue>> objects) {
        this.texts = texts;
        this.literals = literals;
        this.objects = objects;
    }

    static EventValue text(String text) {
        return new EventValue(Set.of(text), Set.of(), List.of());
    }

    static EventValue literal(String json) {
        return new EventValue(Set.of(), Set.of(json), List.of());
    }

    static EventValue object(Map<String, EventValue> members) {
        return new EventValue(Set.of(), Set.of(), List.of(members));
    }

    Set<String> texts() {
        return texts;
    }

    /// Numbers, `true`, `false` and `null`, as they are written.
    Set<String> literals() {
        return literals;
    }

    /// Their members, as far as patterns name them.
    List<Map<String, EventValue>> objects() {
        return objects;
    }

    int scalars() {
        return texts.size() + literals.size();
    }

    boolean hasScalars() {
        return scalars() > 0;
    }

    List<BigDecimal> numbers() {
        var known = numbers;
        if (known == null) {
            known = literals.stream()
                    .map(EventValue::number)
                    .flatMap(Optional::stream)
                    .toList();
            numbers = known;
        }
        return known;
    }

    private static Optional<BigDecimal> number(String literal) {
        char first = literal.charAt(0);
        if ((first != '-' && !Character.isDigit(first)) || literal.length() > MOST_DIGITS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BigDecimal(literal));
        } catch (NumberFormatException e) {
            // Its exponent has more digits than BigDecimal takes.
            return Optional.empty();
        }
    }
}
