package hearth.control.mappings;

import hearth.cluster.MappingStore;
import hearth.control.operation.Settling;
import hearth.model.EventSourceMappingId;
import java.util.HashSet;

/// Brings mappings to rest, after the answer to whoever changed them.
final class MappingTransitions implements AutoCloseable {
    private final MappingStore mappings;
    private final Settling settling;

    MappingTransitions(MappingStore mappings, Settling settling) {
        this.mappings = mappings;
        this.settling = settling;
    }

    void resume() {
        settling.resume(() -> new HashSet<>(mappings.inTransition()), this::settle);
    }

    void settle(EventSourceMappingId id) {
        settling.start(id, () -> {
            var now = mappings.find(id);
            while (now.isPresent() && !MappingLifecycle.isAtRest(now.get())) {
                now = mappings.update(id, MappingLifecycle::next, (_, _) -> {});
            }
        });
    }

    @Override
    public void close() {
        settling.close();
    }
}
