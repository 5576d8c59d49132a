package hearth.link;

import hearth.link.message.FunctionKey;
import hearth.link.message.Message.KeyEnded;
import hearth.link.message.Message.KeyMade;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The keys of living environments: each member is to know them before their functions do anything.
///
/// Guarded by itself, with the order in which they are told.
final class LivingKeys {
    private final Map<String, FunctionKey> keys = new LinkedHashMap<>();
    private final List<FrontLink> members = new ArrayList<>();

    synchronized void made(FunctionKey key) {
        keys.put(key.id(), key);
        members.forEach(member -> member.post(new KeyMade(key)));
    }

    synchronized void ended(String id) {
        keys.remove(id);
        members.forEach(member -> member.post(new KeyEnded(id)));
    }

    /// A member can be told from now on, and is told of all that there are.
    synchronized void joined(FrontLink member) {
        members.add(member);
        keys.values().forEach(key -> member.post(new KeyMade(key)));
    }

    synchronized void lost(FrontLink member) {
        members.remove(member);
    }
}
