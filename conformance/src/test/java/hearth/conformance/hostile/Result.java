package hearth.conformance.hostile;

import java.util.regex.Pattern;

/// What became of one attempt.
record Result(boolean worked, String how) {
    private static final Pattern FORM = Pattern.compile("\\{\"worked\": (true|false), \"how\": \"(.*)\"}");
    private static final Pattern ERROR = Pattern.compile("\"errorMessage\": ?\"(.*?)\"[,}]");

    /// As `attacks.py` prints it.
    static Result of(String json) {
        var form = FORM.matcher(json.strip());
        if (!form.matches()) {
            throw new IllegalStateException("The attack is broken: " + json.translateEscapes());
        }
        return new Result(form.group(1).equals("true"), form.group(2));
    }

    /// The function did not survive its attack.
    static Result ofFunctionError(String json) {
        var error = ERROR.matcher(json);
        return new Result(false, error.find() ? error.group(1).replaceAll("RequestId: \\S+ (Error: )?", "") : json);
    }
}
