package hearth.server.access;

import hearth.model.policy.Policy;
import java.util.LinkedHashMap;
import java.util.Map;

/// The policies that were asked last, so that none is read again for every request.
final class PolicyMemory {
    private static final int MOST = 1_000;

    private final Map<String, Policy> read = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Policy> eldest) {
            return size() > MOST;
        }
    }; // guarded by itself

    Policy of(String text) {
        synchronized (read) {
            var known = read.get(text);
            if (known != null) {
                return known;
            }
        }
        var policy = Policy.read(text);
        synchronized (read) {
            read.put(text, policy);
        }
        return policy;
    }
}
