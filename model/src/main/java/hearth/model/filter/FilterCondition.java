package hearth.model.filter;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// A condition on the value of one field of an event.
public sealed interface FilterCondition {
    /// A value that a field must have.
    sealed interface Scalar extends FilterCondition {}

    record Text(String text) implements Scalar {}

    /// A number, `true`, `false` or `null`, which is compared as it is written: 300 is not 300.0.
    record Literal(String json) implements Scalar {}

    record EqualsIgnoreCase(String text) implements FilterCondition {}

    record Prefix(String text) implements FilterCondition {}

    record Suffix(String text) implements FilterCondition {}

    /// None of these texts and literals.
    record AnythingBut(List<Scalar> excluded) implements FilterCondition {
        public AnythingBut {
            excluded = List.copyOf(excluded);
        }
    }

    /// A number between bounds, each where there is one.
    record Numeric(Optional<Bound> lower, Optional<Bound> upper) implements FilterCondition {
        boolean holds(BigDecimal value) {
            return lower.map(bound -> bound.isAtMost(value)).orElse(true)
                    && upper.map(bound -> bound.isAtLeast(value)).orElse(true);
        }
    }

    /// Whether the field is there at all. An object is no value: a pattern has to name what is in it.
    record Exists(boolean exists) implements FilterCondition {}

    /// @param inclusive whether the bound itself is within
    record Bound(BigDecimal value, boolean inclusive) {
        boolean isAtMost(BigDecimal other) {
            return value.compareTo(other) < (inclusive ? 1 : 0);
        }

        boolean isAtLeast(BigDecimal other) {
            return value.compareTo(other) > (inclusive ? -1 : 0);
        }
    }
}
