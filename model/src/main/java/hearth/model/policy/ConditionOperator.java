package hearth.model.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/// The operator of a condition, such as `ForAnyValue:StringLikeIfExists`.
///
/// @param name as the policy has it
/// @param negated whether the comparison must not hold
/// @param ifExists whether the condition holds where the request has nothing of the key
record ConditionOperator(String name, Quantifier quantifier, Comparison comparison, boolean negated, boolean ifExists) {
    /// How many of a key's values must pass.
    enum Quantifier {
        /// The key has one value.
        ONE,
        ANY,
        ALL,
        /// None is looked at, but whether there are any.
        PRESENCE
    }

    private static final String ALL_VALUES = "forallvalues:";
    private static final String ANY_VALUE = "foranyvalue:";
    private static final String IF_EXISTS = "ifexists";

    /// One of each type that values have.
    private static final List<String> SAMPLES = List.of("0", "2026-01-01", "true", "192.0.2.1", "arn:a:b:c:d:e");

    private static final Map<String, Comparison> PLAIN = plain();
    private static final Map<String, Comparison> NEGATED = Map.of(
            "stringnotequals", Comparison.STRING_EQUALS,
            "stringnotequalsignorecase", Comparison.STRING_EQUALS_IGNORE_CASE,
            "stringnotlike", Comparison.STRING_LIKE,
            "numericnotequals", Comparison.numeric(order -> order == 0),
            "datenotequals", Comparison.date(order -> order == 0),
            "notipaddress", Comparison.IP_ADDRESS,
            "arnnotequals", Comparison.ARN_LIKE,
            "arnnotlike", Comparison.ARN_LIKE);

    private static Map<String, Comparison> plain() {
        var plain = new HashMap<String, Comparison>();
        plain.put("stringequals", Comparison.STRING_EQUALS);
        plain.put("stringequalsignorecase", Comparison.STRING_EQUALS_IGNORE_CASE);
        plain.put("stringlike", Comparison.STRING_LIKE);
        plain.put("bool", Comparison.BOOL);
        plain.put("binaryequals", Comparison.STRING_EQUALS);
        plain.put("ipaddress", Comparison.IP_ADDRESS);
        plain.put("arnequals", Comparison.ARN_LIKE);
        plain.put("arnlike", Comparison.ARN_LIKE);
        Map<String, IntPredicate> orders = Map.of(
                "equals", order -> order == 0,
                "lessthan", order -> order < 0,
                "lessthanequals", order -> order <= 0,
                "greaterthan", order -> order > 0,
                "greaterthanequals", order -> order >= 0);
        orders.forEach((order, holds) -> {
            plain.put("numeric" + order, Comparison.numeric(holds));
            plain.put("date" + order, Comparison.date(holds));
        });
        return plain;
    }

    /// The operator of this name, whose case does not matter; empty when IAM has none such.
    static Optional<ConditionOperator> of(String name) {
        var rest = name.toLowerCase(Locale.ROOT);
        if (rest.equals("null")) {
            return Optional.of(new ConditionOperator(name, Quantifier.PRESENCE, Comparison.BOOL, false, false));
        }
        var quantifier = rest.startsWith(ALL_VALUES)
                ? Quantifier.ALL
                : rest.startsWith(ANY_VALUE) ? Quantifier.ANY : Quantifier.ONE;
        if (quantifier != Quantifier.ONE) {
            rest = rest.substring(rest.indexOf(':') + 1);
        }
        boolean ifExists = rest.endsWith(IF_EXISTS);
        if (ifExists) {
            rest = rest.substring(0, rest.length() - IF_EXISTS.length());
        }
        boolean negated = NEGATED.containsKey(rest);
        var comparison = negated ? NEGATED.get(rest) : PLAIN.get(rest);
        return Optional.ofNullable(comparison)
                .map(known -> new ConditionOperator(name, quantifier, known, negated, ifExists));
    }

    /// The operator of a condition that has been read.
    static ConditionOperator known(String name) {
        return of(name).orElseThrow(() -> new IllegalStateException("An unknown operator: " + name));
    }

    /// Whether a condition holds.
    ///
    /// @param actual what the request has of the key
    /// @param expected what the policy asks for; empty where it leaves that to the request, which has nothing there
    /// @param effect of the statement: what makes no sense lets nobody in, and keeps everybody out
    boolean holds(List<String> actual, List<Optional<Glob>> expected, Effect effect) {
        if (quantifier == Quantifier.PRESENCE) {
            var absent = Boolean.toString(actual.isEmpty());
            return passes(absent, expected, effect);
        }
        if (actual.isEmpty()) {
            return ifExists || quantifier == Quantifier.ALL || (quantifier == Quantifier.ONE && negated);
        }
        boolean all = quantifier == Quantifier.ALL || (quantifier == Quantifier.ONE && negated);
        return all
                ? actual.stream().allMatch(value -> passes(value, expected, effect))
                : actual.stream().anyMatch(value -> passes(value, expected, effect));
    }

    private boolean passes(String actual, List<Optional<Glob>> expected, Effect effect) {
        boolean senseless = expected.isEmpty();
        boolean unknown = false;
        boolean found = false;
        for (var each : expected) {
            if (each.isEmpty()) {
                unknown = true;
                continue;
            }
            var match = comparison.compare(actual, each.get());
            found |= match == Match.YES;
            senseless |= match == Match.SENSELESS;
        }
        if (senseless && effect == Effect.DENY) {
            return true;
        }
        return negated ? !found && !((senseless || unknown) && effect == Effect.ALLOW) : found;
    }

    /// Whether anything could be compared with a value that a policy has.
    boolean understands(String literal) {
        return SAMPLES.stream().anyMatch(sample -> comparison.compare(sample, Glob.of(literal)) != Match.SENSELESS);
    }
}
