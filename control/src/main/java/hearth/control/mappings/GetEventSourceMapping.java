package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.EventSourceMappingId;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.GetEventSourceMappingRequest;

/// `GET /2015-03-31/event-source-mappings/{UUID}`
final class GetEventSourceMapping implements Operation<GetEventSourceMappingRequest, EventSourceMappingConfiguration> {
    private final MappingStore mappings;

    GetEventSourceMapping(MappingStore mappings) {
        this.mappings = mappings;
    }

    @Override
    public EventSourceMappingConfiguration handle(Caller caller, GetEventSourceMappingRequest request) {
        return mappings.find(
                        new EventSourceMappingId(caller.account(), caller.region(), String.valueOf(request.uuid())))
                .map(MappingRecord::configuration)
                .orElseThrow(MappingRefusals::notFound);
    }
}
