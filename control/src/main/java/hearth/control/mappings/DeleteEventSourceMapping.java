package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.EventSourceMappingId;
import hearth.model.api.DeleteEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Optional;

/// `DELETE /2015-03-31/event-source-mappings/{UUID}`
final class DeleteEventSourceMapping
        implements Operation<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> {
    private final MappingStore mappings;
    private final MappingTransitions transitions;

    DeleteEventSourceMapping(MappingStore mappings, MappingTransitions transitions) {
        this.mappings = mappings;
        this.transitions = transitions;
    }

    @Override
    public EventSourceMappingConfiguration handle(Caller caller, DeleteEventSourceMappingRequest request) {
        var id = new EventSourceMappingId(caller.account(), caller.region(), String.valueOf(request.uuid()));
        var deleting = mappings.update(id, before -> Optional.of(deleting(before)), (_, _) -> {})
                .orElseThrow(MappingRefusals::notFound);
        transitions.settle(id);
        return deleting.configuration();
    }

    private static MappingRecord deleting(MappingRecord before) {
        if (!MappingLifecycle.isAtRest(before)) {
            throw MappingRefusals.inUse("delete");
        }
        return MappingLifecycle.deleting(before);
    }
}
