package hearth.model.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// One statement of a policy, with all that it was given with.
///
/// @param id its `Sid`, unique in its policy; empty if it has none
/// @param text the whole of it, as JSON without blanks
public record Statement(
        String id,
        Effect effect,
        Principals principals,
        Patterns actions,
        Patterns resources,
        List<PolicyCondition> conditions,
        String text) {
    /// A statement that allows something, as AWS writes it.
    ///
    /// @param conditions those of one operator next to each other
    public static Statement allowing(
            String id, Principal principal, String action, String resource, List<PolicyCondition> conditions) {
        var json = new LinkedHashMap<String, Object>();
        json.put("Sid", id);
        json.put("Effect", Effect.ALLOW.wireName());
        json.put("Principal", principal.json());
        json.put("Action", action);
        json.put("Resource", resource);
        if (!conditions.isEmpty()) {
            json.put("Condition", json(conditions));
        }
        return new Statement(
                id,
                Effect.ALLOW,
                new Principals(false, List.of(principal)),
                new Patterns(false, List.of(action)),
                new Patterns(false, List.of(resource)),
                conditions,
                PolicyJson.text(json));
    }

    /// @param variables whether the policy has variables, as those of the second version do
    boolean appliesTo(AccessRequest request, boolean variables) {
        return principals.include(request.requester(), effect)
                && actions.include(action -> Glob.of(action).matchesIgnoringCase(request.action()))
                && isAbout(request, variables)
                && conditions.stream().allMatch(condition -> holds(condition, request, variables));
    }

    /// A resource that cannot be told lets nobody in.
    private boolean isAbout(AccessRequest request, boolean variables) {
        var patterns = resources.named().stream()
                .map(resource -> filled(resource, request, variables))
                .toList();
        boolean named = patterns.stream().anyMatch(pattern -> pattern.filter(known -> known.matches(request.resource()))
                .isPresent());
        boolean unknown = patterns.stream().anyMatch(Optional::isEmpty);
        return resources.negated() ? !named && !(unknown && effect == Effect.ALLOW) : named;
    }

    private boolean holds(PolicyCondition condition, AccessRequest request, boolean variables) {
        var expected = condition.values().stream()
                .map(value -> filled(value, request, variables))
                .toList();
        return ConditionOperator.known(condition.operator())
                .holds(request.keys().values(condition.key()), expected, effect);
    }

    private static Optional<Glob> filled(String text, AccessRequest request, boolean variables) {
        return variables ? PolicyVariables.fill(text, request.keys()) : Optional.of(Glob.of(text));
    }

    private static Object json(List<PolicyCondition> conditions) {
        var byOperator = new LinkedHashMap<String, LinkedHashMap<String, Object>>();
        for (var condition : conditions) {
            var values = condition.values();
            byOperator
                    .computeIfAbsent(condition.operator(), _ -> new LinkedHashMap<>())
                    .put(condition.key(), values.size() == 1 ? values.getFirst() : new ArrayList<Object>(values));
        }
        return byOperator;
    }
}
