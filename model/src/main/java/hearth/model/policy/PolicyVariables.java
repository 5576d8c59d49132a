package hearth.model.policy;

import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Pattern;

/// Fills in what a policy leaves to the request: `${aws:PrincipalAccount}`, with a default as in
/// `${aws:PrincipalTag/team, 'all'}`. `${*}`, `${?}` and `${$}` are the characters themselves.
final class PolicyVariables {
    private static final String BEGIN = "${";
    private static final Pattern WITH_DEFAULT = Pattern.compile("([^,]*),\\s*'([^']*)'\\s*");

    private PolicyVariables() {}

    /// The text as a pattern; empty when the request has no value for one of its variables, or several.
    static Optional<Glob> fill(String text, ConditionKeys keys) {
        int begin = text.indexOf(BEGIN);
        if (begin < 0) {
            return Optional.of(Glob.of(text));
        }
        var filled = new StringBuilder();
        var literals = new BitSet();
        int at = 0;
        for (; begin >= 0; begin = text.indexOf(BEGIN, at)) {
            int end = text.indexOf('}', begin);
            if (end < 0) {
                break;
            }
            filled.append(text, at, begin);
            var value = value(text.substring(begin + BEGIN.length(), end), keys);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            literals.set(filled.length(), filled.length() + value.get().length());
            filled.append(value.get());
            at = end + 1;
        }
        filled.append(text, at, text.length());
        return Optional.of(new Glob(filled.toString(), literals));
    }

    private static Optional<String> value(String variable, ConditionKeys keys) {
        if (variable.equals("*") || variable.equals("?") || variable.equals("$")) {
            return Optional.of(variable);
        }
        var withDefault = WITH_DEFAULT.matcher(variable);
        boolean hasDefault = withDefault.matches();
        var values = keys.values((hasDefault ? withDefault.group(1) : variable).strip());
        if (values.size() == 1) {
            return Optional.of(values.getFirst());
        }
        return hasDefault && values.isEmpty() ? Optional.of(withDefault.group(2)) : Optional.empty();
    }
}
