package hearth.conformance.hostile;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What an attacker knows of its targets.
record Facts(Map<String, Object> values) {
    Facts {
        values = Map.copyOf(values);
    }

    /// @param value text, a number, a truth value, or several of these
    Facts with(String name, Object value) {
        var more = new TreeMap<>(values);
        more.put(name, value);
        return new Facts(more);
    }

    String json() {
        return json(values);
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> members ->
                members.entrySet().stream()
                        .map(member -> json(member.getKey()) + ": " + json(member.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case Collection<?> items -> items.stream().map(Facts::json).collect(Collectors.joining(", ", "[", "]"));
            case Number _, Boolean _ -> value.toString();
            default -> '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        };
    }
}
