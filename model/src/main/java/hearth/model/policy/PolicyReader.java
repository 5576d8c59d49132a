package hearth.model.policy;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a policy and refuses what is not in IAM's policy language. Keys of conditions are not looked at: services add
/// their own.
final class PolicyReader {
    private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");

    private static final Set<String> MEMBERS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    private PolicyReader() {}

    static Policy read(String document) {
        var policy = PolicyJson.read(document);
        for (var name : policy.keySet()) {
            if (!Set.of("Version", "Id", "Statement").contains(name)) {
                throw invalid("The policy has an unknown element: " + name);
            }
        }
        var version = text(policy, "Version");
        if (!version.isEmpty() && !VERSIONS.contains(version)) {
            throw invalid("The policy has an unknown Version: " + version);
        }
        var statements = statements(policy.get("Statement"));
        requireDifferentIds(statements);
        return new Policy(version, text(policy, "Id"), statements);
    }

    private static List<Statement> statements(@Nullable Object given) {
        var statements = new ArrayList<Statement>();
        for (var each : given instanceof List<?> list ? list : given == null ? List.of() : List.of(given)) {
            if (!(each instanceof Map<?, ?> statement)) {
                throw invalid("A statement of the policy is not a JSON object.");
            }
            statements.add(statement(statement));
        }
        if (statements.isEmpty()) {
            throw invalid("The policy has no Statement.");
        }
        return List.copyOf(statements);
    }

    private static Statement statement(Map<?, ?> statement) {
        for (var name : statement.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw invalid("A statement of the policy has an unknown element: " + name);
            }
        }
        return new Statement(
                text(statement, "Sid"),
                effect(text(statement, "Effect")),
                principals(statement),
                patterns(statement, "Action", "NotAction"),
                patterns(statement, "Resource", "NotResource"),
                conditions(statement.get("Condition")),
                PolicyJson.text(statement));
    }

    private static Patterns patterns(Map<?, ?> statement, String name, String negated) {
        return new Patterns(statement.containsKey(negated), texts(name, oneOf(statement, name, negated)));
    }

    private static Effect effect(String name) {
        return Stream.of(Effect.values())
                .filter(effect -> effect.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> invalid("The Effect of a statement is neither Allow nor Deny: " + name));
    }

    private static Principals principals(Map<?, ?> statement) {
        var given = oneOf(statement, "Principal", "NotPrincipal");
        var named = new ArrayList<Principal>();
        switch (given) {
            case String text when text.equals("*") -> named.add(new Principal.Everyone());
            case Map<?, ?> kinds -> {
                for (var kind : kinds.entrySet()) {
                    texts("Principal", kind.getValue())
                            .forEach(text -> named.add(Principal.named(String.valueOf(kind.getKey()), text)));
                }
            }
            default -> throw malformed("Principal");
        }
        if (named.isEmpty()) {
            throw malformed("Principal");
        }
        return new Principals(statement.containsKey("NotPrincipal"), List.copyOf(named));
    }

    private static List<PolicyCondition> conditions(@Nullable Object given) {
        if (given == null) {
            return List.of();
        }
        var conditions = new ArrayList<PolicyCondition>();
        for (var operator : object(given).entrySet()) {
            var name = String.valueOf(operator.getKey());
            if (ConditionOperator.of(name).isEmpty()) {
                throw invalid("The policy has a condition of an unknown operator: " + name);
            }
            for (var key : object(operator.getValue()).entrySet()) {
                conditions.add(new PolicyCondition(name, String.valueOf(key.getKey()), scalars(key.getValue())));
            }
        }
        return List.copyOf(conditions);
    }

    private static Map<?, ?> object(Object given) {
        if (given instanceof Map<?, ?> object) {
            return object;
        }
        throw malformed("Condition");
    }

    /// The values that a key is compared with: texts, numbers and booleans.
    private static List<String> scalars(Object given) {
        var values = new ArrayList<String>();
        for (var each : given instanceof List<?> list ? list : List.of(given)) {
            switch (each) {
                case String text -> values.add(text);
                case PolicyJson.Literal(var literal) when !literal.equals("null") -> values.add(literal);
                default -> throw malformed("Condition");
            }
        }
        return List.copyOf(values);
    }

    /// Exactly one of two elements.
    private static Object oneOf(Map<?, ?> statement, String name, String negated) {
        var given = Stream.of(name, negated)
                .<Object>mapMulti((each, found) -> {
                    var value = statement.get(each);
                    if (value != null) {
                        found.accept(value);
                    }
                })
                .toList();
        if (given.size() != 1) {
            throw invalid("A statement of the policy needs either " + name + " or " + negated + ".");
        }
        return given.getFirst();
    }

    private static List<String> texts(String element, Object given) {
        var texts = new ArrayList<String>();
        for (var each : given instanceof List<?> list ? list : List.of(given)) {
            if (!(each instanceof String text) || text.isEmpty()) {
                throw malformed(element);
            }
            texts.add(text);
        }
        if (texts.isEmpty()) {
            throw malformed(element);
        }
        return List.copyOf(texts);
    }

    /// The text of an element; empty where there is none.
    private static String text(Map<?, ?> members, String name) {
        return switch (members.get(name)) {
            case null -> "";
            case String text -> text;
            default -> throw malformed(name);
        };
    }

    private static void requireDifferentIds(List<Statement> statements) {
        var ids = new HashSet<String>();
        for (var statement : statements) {
            if (!statement.id().isEmpty() && !ids.add(statement.id())) {
                throw invalid("The policy has two statements with the Sid " + statement.id() + ".");
            }
        }
    }

    private static ApiException malformed(String element) {
        return invalid("The policy has a malformed " + element + ".");
    }

    static ApiException invalid(String message) {
        return new ApiException(ApiError.INVALID_PARAMETER_VALUE, message);
    }
}
