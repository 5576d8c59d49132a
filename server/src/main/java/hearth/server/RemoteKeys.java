package hearth.server;

import hearth.link.message.FunctionKey;
import hearth.model.worker.WorkerId;
import hearth.server.auth.AccessKey;
import hearth.server.auth.FunctionKeys;
import hearth.server.auth.Holder;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The keys of functions on other hosts: good while their worker is connected and says so.
final class RemoteKeys {
    private final FunctionKeys known;
    private final Map<WorkerId, Set<String>> ofWorkers = new ConcurrentHashMap<>();

    RemoteKeys(FunctionKeys known) {
        this.known = known;
    }

    void made(WorkerId worker, FunctionKey key) {
        ofWorkers.computeIfAbsent(worker, _ -> ConcurrentHashMap.newKeySet()).add(key.id());
        known.adopt(new AccessKey(
                key.id(),
                key.secret(),
                key.account(),
                key.created(),
                key.sessionToken(),
                null,
                new Holder.Function(key.role(), key.function())));
    }

    /// A worker ends its own keys, and nobody else's.
    void ended(WorkerId worker, String id) {
        var ids = ofWorkers.get(worker);
        if (ids != null && ids.remove(id)) {
            known.end(id);
        }
    }

    /// Whoever has them now may be somebody else.
    void lost(WorkerId worker) {
        var ids = ofWorkers.remove(worker);
        if (ids != null) {
            ids.forEach(known::end);
        }
    }
}
