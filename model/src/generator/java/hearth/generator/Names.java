package hearth.generator;

import java.util.Locale;
import java.util.Set;

/// Java names for the model's names.
final class Names {
    /// Java's keywords, and the methods that records have or the generator gives them.
    private static final Set<String> TAKEN = Set.of("""
            abstract assert boolean break byte case catch char class const continue default do double else enum \
            extends final finally float for goto if implements import instanceof int interface long native new \
            package private protected public return short static strictfp super switch synchronized this throw \
            throws transient try void volatile while hashCode toString clone finalize getClass notify notifyAll \
            wait builder toBuilder write read check toResponse""".split(" "));

    private Names() {}

    /// `FunctionName` → `functionName`, `KMSKeyArn` → `kmsKeyArn`, `UUID` → `uuid`.
    static String component(String name) {
        int upper = 0;
        while (upper < name.length() && Character.isUpperCase(name.charAt(upper))) {
            upper++;
        }
        int lowered =
                upper <= 1 || upper == name.length() || !Character.isLetter(name.charAt(upper)) ? upper : upper - 1;
        var component = name.substring(0, lowered).toLowerCase(Locale.ROOT) + name.substring(lowered);
        if (TAKEN.contains(component)) {
            throw new IllegalStateException("No record component can be named " + component);
        }
        return component;
    }

    /// As AWS's constraint texts spell a member: `kMSKeyArn`.
    static String path(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /// `KMSKeyArn` → `KMS_KEY_ARN`.
    static String constant(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
                .toUpperCase(Locale.ROOT);
    }

    static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
