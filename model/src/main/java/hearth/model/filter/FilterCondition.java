package hearth.model.filter;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// A condition on the value of one field of an event.
public sealed interface FilterCondition {
    record Text(String text) implements FilterCondition {}

    /// A number, `true`, `false` or `null`, which is compared as it is written: 300 is not 300.0.
    record Literal(String json) implements FilterCondition {}

    record EqualsIgnoreCase(String text) implements FilterCondition {}

    record Prefix(String text) implements FilterCondition {}

    record Suffix(String text) implements FilterCondition {}

    /// None of these texts and literals.
    record AnythingBut(List<FilterCondition> excluded) implements FilterCondition {}

    /// A number between bounds, each where there is one.
    record Numeric(Optional<Bound> lower, Optional<Bound> upper) implements FilterCondition {}

    /// Whether the field is there at all.
    record Exists(boolean exists) implements FilterCondition {}

    /// @param inclusive whether the bound itself is within
    record Bound(BigDecimal value, boolean inclusive) {}
}
