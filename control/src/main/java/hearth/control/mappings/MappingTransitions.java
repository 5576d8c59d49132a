package hearth.control.mappings;

import hearth.cluster.MappingStore;
import hearth.cluster.StoreException;
import hearth.model.EventSourceMappingId;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Brings mappings to rest, after the answer to whoever changed them. What a crash cut short is resumed at the next
/// start.
final class MappingTransitions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MappingTransitions.class.getName());

    private final MappingStore mappings;
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

    MappingTransitions(MappingStore mappings) {
        this.mappings = mappings;
    }

    void resume() {
        mappings.inTransition().forEach(this::settle);
    }

    void settle(EventSourceMappingId id) {
        var _ = tasks.submit(() -> {
            try {
                var now = mappings.find(id);
                while (now.isPresent() && !MappingLifecycle.isAtRest(now.get())) {
                    now = mappings.update(id, MappingLifecycle::next, (_, _) -> {});
                }
            } catch (StoreException e) {
                LOG.log(System.Logger.Level.ERROR, id + " stays in transition until the next start", e);
            }
        });
    }

    /// Waits for the transitions that were begun.
    @Override
    public void close() {
        tasks.close();
    }
}
