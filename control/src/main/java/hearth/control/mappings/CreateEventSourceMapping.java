package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.tags.Tags;
import hearth.model.EventSourceMappingId;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;

/// `POST /2015-03-31/event-source-mappings`
final class CreateEventSourceMapping
        implements Operation<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
    private final MappingStore mappings;
    private final MappedFunctions functions;
    private final SourceProbe probe;
    private final MappingTransitions transitions;
    private final RevisionIds ids;
    private final InstantSource clock;

    CreateEventSourceMapping(
            MappingStore mappings,
            MappedFunctions functions,
            SourceProbe probe,
            MappingTransitions transitions,
            RevisionIds ids,
            InstantSource clock) {
        this.mappings = mappings;
        this.functions = functions;
        this.probe = probe;
        this.transitions = transitions;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public EventSourceMappingConfiguration handle(Caller caller, CreateEventSourceMappingRequest request) {
        var id = new EventSourceMappingId(caller.account(), caller.region(), ids.next());
        var rules = MappingRules.created(id.uuid(), RequestedMapping.by(request));
        var function = functions.require(caller, request.functionName(), "CreateEventSourceMapping");
        var configuration = rules.toBuilder()
                .uuid(id.uuid())
                .eventSourceMappingArn(id.arn())
                .functionArn(function.arn())
                .lastModified(clock.instant())
                .state(MappingLifecycle.CREATING)
                .build();
        boolean enabled = !Boolean.FALSE.equals(request.enabled());
        Map<String, String> tags = Objects.requireNonNullElse(request.tags(), Map.of());
        Tags.requireFew(tags);
        probe.refusal(configuration, function.timeout()).ifPresent(why -> {
            throw Refusals.invalid(why);
        });
        mappings.create(new MappingRecord(id, configuration, enabled, tags), Conflicts::refuse);
        transitions.settle(id);
        return configuration;
    }
}
