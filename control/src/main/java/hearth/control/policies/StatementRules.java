package hearth.control.policies;

import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.policy.Patterns;
import hearth.model.policy.Statement;
import java.util.regex.Pattern;

/// The rules for statements in the policy of a function, a version or an alias.
final class StatementRules {
    private static final Pattern ACTION = Pattern.compile("\\*|lambda:[a-zA-Z*?]+", Pattern.CASE_INSENSITIVE);

    private StatementRules() {}

    static void check(Statement statement, Target target) {
        for (var action : statement.actions().named()) {
            if (!ACTION.matcher(action).matches()) {
                throw Refusals.invalid("The policy has an action that is not Lambda's: " + action);
            }
        }
        for (var resource : statement.resources().named()) {
            if (!isOf(target, resource)) {
                throw Refusals.invalid("The policy of " + target.arn() + " names another resource: " + resource);
            }
        }
        PublicAccess.refuse(statement);
    }

    /// A function's own policy may speak of its versions and aliases.
    private static boolean isOf(Target target, String resource) {
        return Patterns.cover(resource, target.arn())
                || (target.qualifier() == null
                        && resource.startsWith(target.function().arn() + ":"));
    }
}
