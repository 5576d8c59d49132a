package hearth.control.policies;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// One statement of a policy, with all that it was given with.
///
/// @param id its `Sid`, unique in its policy; empty if it has none
/// @param actions what it is about, or with `NotAction` what it is not about, as patterns
/// @param resources likewise
/// @param text the whole of it, as JSON without blanks
public record Statement(
        String id,
        Effect effect,
        Principals principals,
        List<String> actions,
        List<String> resources,
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
                List.of(action),
                List.of(resource),
                conditions,
                PolicyJson.text(json));
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
