package hearth.control.policies;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.policy.Effect;
import hearth.model.policy.PolicyCondition;
import hearth.model.policy.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Tells which statements give something to anybody. AWS refuses such without saying what it takes for public; this is
/// what it says of other services' policies, but that function URLs are open to those whom their own conditions let in.
final class PublicAccess {
    /// Keys whose values tell strangers from others. IAM does not heed their case.
    private static final Set<String> LIMITING = Set.of(
            "aws:principalaccount",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:principalservicename",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceip",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
            "aws:sourceowner",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:userid",
            "aws:vpcsourceip",
            "lambda:eventsourcetoken",
            "lambda:functionurlauthtype",
            "lambda:invokedviafunctionurl");

    /// Comparisons that hold for fewer than all, and not where the key is absent.
    private static final Pattern NARROWING = Pattern.compile(
            "(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress|Bool)",
            Pattern.CASE_INSENSITIVE);

    /// The values that stand for anything, or for what the caller brings along.
    private static final String WILD = "*?$";

    private static final int ACCOUNT = 4;
    private static final int ARN_PARTS = 6;

    /// The widest networks that are still somebody's.
    private static final int WIDEST_V4 = 8;

    private static final int WIDEST_V6 = 32;

    private PublicAccess() {}

    static void refuse(Statement statement) {
        if (statement.effect() == Effect.ALLOW
                && statement.principals().areAnybody()
                && statement.conditions().stream().noneMatch(PublicAccess::narrows)) {
            throw new ApiException(
                    ApiError.PUBLIC_POLICY,
                    "The policy would give access to the public, which is not allowed. Name principals, or add a"
                            + " condition such as aws:PrincipalOrgID.");
        }
    }

    private static boolean narrows(PolicyCondition condition) {
        return LIMITING.contains(condition.key().toLowerCase(Locale.ROOT))
                && NARROWING.matcher(condition.operator()).matches()
                && !condition.values().isEmpty()
                && condition.values().stream().allMatch(PublicAccess::isFixed);
    }

    private static boolean isFixed(String value) {
        return !value.isEmpty()
                && !value.equalsIgnoreCase("false")
                && !saysTooLittle(value)
                && !isOpenArn(value)
                && !isWideNetwork(value);
    }

    /// Whether the value is wild from its beginning, or where it has said no more than that it is an ARN or an
    /// organization: `arn*`, `o-*`.
    private static boolean saysTooLittle(String value) {
        int fixed = 0;
        while (fixed < value.length() && !isWild(value.charAt(fixed))) {
            fixed++;
        }
        var beginning = value.substring(0, fixed);
        return fixed < value.length() && ("arn".startsWith(beginning) || "o-".startsWith(beginning));
    }

    private static boolean isWild(int character) {
        return WILD.indexOf(character) >= 0;
    }

    /// An ARN of any account, or, for what belongs to none, of any resource.
    private static boolean isOpenArn(String value) {
        var parts = value.split(":", ARN_PARTS);
        if (!parts[0].equals("arn")) {
            return parts.length > 1 && parts[0].chars().anyMatch(PublicAccess::isWild);
        }
        if (parts.length < ARN_PARTS) {
            // A star in a pattern stands for colons, too.
            return value.chars().anyMatch(PublicAccess::isWild);
        }
        var account = parts[ACCOUNT];
        var resource = parts[ARN_PARTS - 1];
        return account.isEmpty()
                ? resource.isEmpty() || isWild(resource.charAt(0))
                : account.chars().anyMatch(PublicAccess::isWild);
    }

    private static boolean isWideNetwork(String value) {
        int slash = value.indexOf('/');
        if (slash < 0 || !value.substring(slash + 1).matches("\\d{1,3}") || !value.matches("[0-9a-fA-F.:]+/\\d+")) {
            return false;
        }
        return Integer.parseInt(value.substring(slash + 1)) < (value.indexOf(':') < 0 ? WIDEST_V4 : WIDEST_V6);
    }
}
