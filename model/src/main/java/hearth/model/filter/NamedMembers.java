package hearth.model.filter;

import hearth.model.filter.FilterPattern.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The members of events that patterns name, and those that they name within. All others are skipped unread.
record NamedMembers(Map<String, NamedMembers> members) {
    NamedMembers {
        members = Map.copyOf(members);
    }

    static NamedMembers in(List<Fields> patterns) {
        var within = new HashMap<String, List<Fields>>();
        patterns.forEach(pattern -> collect(pattern, within));
        // A loop, as a stream would take many times the stack for each level.
        var members = new HashMap<String, NamedMembers>();
        for (var member : within.entrySet()) {
            members.put(member.getKey(), in(member.getValue()));
        }
        return new NamedMembers(members);
    }

    private static void collect(Fields pattern, Map<String, List<Fields>> within) {
        pattern.fields().forEach((name, each) -> {
            var patterns = within.computeIfAbsent(name, _ -> new ArrayList<>());
            if (each instanceof Fields fields) {
                patterns.add(fields);
            }
        });
        pattern.alternatives().forEach(alternative -> collect(alternative, within));
    }

    NamedMembers without(Set<String> names) {
        var rest = new HashMap<>(members);
        rest.keySet().removeAll(names);
        return new NamedMembers(rest);
    }

    boolean areNone() {
        return members.isEmpty();
    }
}
