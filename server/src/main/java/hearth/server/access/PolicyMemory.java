package hearth.server.access;

import hearth.model.policy.Policy;
import java.util.LinkedHashMap;
import java.util.Map;

/// The policies that were asked last, so that none is read again for every request. How many they may be is bounded by
/// what all of their texts come to; one of which the text alone is too long is read each time.
final class PolicyMemory {
    /// Read, a policy takes up to eight bytes for each character of its text: so all of them a sixteenth of the heap at
    /// the most.
    private static final long HEAP_FOR_EACH = 128;

    private static final int MOST_CHARACTERS = 4 << 20;

    private final int most;
    private final Map<String, Policy> read = new LinkedHashMap<>(16, 0.75f, true); // guarded by itself
    private int characters; // of the texts of those; guarded by read

    PolicyMemory() {
        this((int) Math.min(MOST_CHARACTERS, Runtime.getRuntime().maxMemory() / HEAP_FOR_EACH));
    }

    PolicyMemory(int most) {
        this.most = most;
    }

    Policy of(String text) {
        synchronized (read) {
            var known = read.get(text);
            if (known != null) {
                return known;
            }
        }
        var policy = Policy.read(text);
        if (text.length() <= most) {
            synchronized (read) {
                keep(text, policy);
            }
        }
        return policy;
    }

    private void keep(String text, Policy policy) {
        if (read.put(text, policy) == null) {
            characters += text.length();
        }
        for (var eldest = read.keySet().iterator(); characters > most; eldest.remove()) {
            characters -= eldest.next().length();
        }
    }

    /// How many policies are kept.
    int size() {
        synchronized (read) {
            return read.size();
        }
    }
}
