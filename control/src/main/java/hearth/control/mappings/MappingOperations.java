package hearth.control.mappings;

import hearth.cluster.Store;
import hearth.control.operation.Operations;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Settling;
import hearth.control.tags.Taggable;
import java.time.InstantSource;

/// The operations on event source mappings, and what brings these from one state to the next.
public final class MappingOperations implements AutoCloseable {
    private final MappingTransitions transitions;
    private final Taggable tags;

    private MappingOperations(MappingTransitions transitions, Taggable tags) {
        this.transitions = transitions;
        this.tags = tags;
    }

    /// Resumes what the last run did not bring to its end.
    public static MappingOperations addTo(
            Operations operations, Store store, SourceProbe probe, InstantSource clock, RevisionIds ids) {
        var mappings = store.mappings();
        var functions = new MappedFunctions(store.functions());
        var transitions = new MappingTransitions(mappings, new Settling(store));
        operations
                .add(new CreateEventSourceMapping(mappings, functions, probe, transitions, ids, clock))
                .add(new DeleteEventSourceMapping(mappings, transitions))
                .add(new GetEventSourceMapping(mappings))
                .add(new ListEventSourceMappings(mappings))
                .add(new UpdateEventSourceMapping(mappings, functions, probe, transitions, clock));
        transitions.resume();
        return new MappingOperations(transitions, new MappingTags(mappings));
    }

    public Taggable tags() {
        return tags;
    }

    /// Waits for mappings on their way to another state.
    @Override
    public void close() {
        transitions.close();
    }
}
