package hearth.model.filter;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// What the value of one field of an event may be.
public sealed interface Condition {
    record Text(String text) implements Condition {}

    /// A number, `true`, `false` or `null`, which is compared as it is written: 300 is not 300.0.
    record Literal(String json) implements Condition {}

    record EqualsIgnoreCase(String text) implements Condition {}

    record Prefix(String text) implements Condition {}

    record Suffix(String text) implements Condition {}

    /// None of these texts and literals.
    record AnythingBut(List<Condition> excluded) implements Condition {}

    /// A number between bounds, each where there is one.
    record Numeric(Optional<Bound> lower, Optional<Bound> upper) implements Condition {}

    /// Whether the field is there at all.
    record Exists(boolean exists) implements Condition {}

    /// @param inclusive whether the bound itself is within
    record Bound(BigDecimal value, boolean inclusive) {}
}
