package hearth.model.policy;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A resource policy: who besides its owner may do what with one resource.
///
/// @param version of the language that it is written in, empty if it does not say
/// @param id empty if it has none
public record Policy(String version, String id, List<Statement> statements) {
    private static final String VARIABLE = "${";
    private static final String WITH_VARIABLES = "2012-10-17";

    /// The empty policy, which the first permission is added to.
    public static final Policy EMPTY = new Policy(WITH_VARIABLES, "default", List.of());

    /// Adds a statement, if it is not there and there is room for it.
    ///
    /// @param limit what all of it may come to
    public Policy with(Statement added, Bytes limit) {
        if (statements.stream().anyMatch(statement -> statement.id().equals(added.id()))) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement."
                            .formatted(added.id()));
        }
        var all = new ArrayList<>(statements);
        all.add(added);
        return new Policy(version, id, List.copyOf(all)).within(limit);
    }

    /// This policy, if there is room for it.
    ///
    /// @param limit what all of it may come to
    public Policy within(Bytes limit) {
        requireRoom(text().getBytes(StandardCharsets.UTF_8).length, limit);
        return this;
    }

    /// This policy, if each value of its conditions is one that can be compared: a number where numbers are. Those that
    /// hold variables are known only when there is a request.
    public Policy sensible() {
        for (var statement : statements) {
            for (var condition : statement.conditions()) {
                requireSense(condition);
            }
        }
        return this;
    }

    private void requireSense(PolicyCondition condition) {
        if (condition.values().isEmpty()) {
            throw PolicyReader.invalid("The policy compares %s with nothing.".formatted(condition.key()));
        }
        var operator = ConditionOperator.known(condition.operator());
        for (var value : condition.values()) {
            boolean filledLater = version.equals(WITH_VARIABLES) && hasVariable(value);
            if (!filledLater && !operator.understands(value)) {
                throw PolicyReader.invalid(
                        "The policy compares %s by %s with a value that it cannot be compared with: %s"
                                .formatted(condition.key(), condition.operator(), value));
            }
        }
    }

    private static boolean hasVariable(String value) {
        int start = value.indexOf(VARIABLE);
        return start >= 0 && value.indexOf('}', start) > 0;
    }

    public static void requireRoom(int size, Bytes limit) {
        if (size > limit.count()) {
            throw new ApiException(
                    ApiError.POLICY_LENGTH_EXCEEDED,
                    "The final policy size (%d) is bigger than the limit (%d).".formatted(size, limit.count()));
        }
    }

    /// Removes a statement, which must be there.
    public Policy without(String statementId) {
        var left = statements.stream()
                .filter(statement -> !statement.id().equals(statementId))
                .toList();
        if (left.size() == statements.size()) {
            throw new ApiException(
                    ApiError.RESOURCE_NOT_FOUND,
                    "Statement %s is not found in resource policy.".formatted(statementId));
        }
        return new Policy(version, id, left);
    }

    public boolean isEmpty() {
        return statements.isEmpty();
    }

    /// What the policy says to a request. The order of its statements does not matter.
    public Decision decide(AccessRequest request) {
        var decision = Decision.UNDECIDED;
        for (var statement : statements) {
            if (statement.appliesTo(request, version.equals(WITH_VARIABLES))) {
                decision = decision.and(statement.effect() == Effect.DENY ? Decision.DENIED : Decision.ALLOWED);
            }
        }
        return decision;
    }

    /// The policy as AWS writes it.
    public String text() {
        return "{" + member("Version", version) + member("Id", id) + "\"Statement\":["
                + statements.stream().map(Statement::text).collect(Collectors.joining(",")) + "]}";
    }

    private static String member(String name, String value) {
        return value.isEmpty() ? "" : PolicyJson.text(name) + ":" + PolicyJson.text(value) + ",";
    }

    /// Reads what `text` has written.
    public static Policy read(String text) {
        return PolicyReader.read(text);
    }
}
