package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.model.EventSourceMappingId;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.UpdateEventSourceMappingRequest;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `PUT /2015-03-31/event-source-mappings/{UUID}`
final class UpdateEventSourceMapping
        implements Operation<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> {
    private final MappingStore mappings;
    private final MappedFunctions functions;
    private final SourceProbe probe;
    private final MappingTransitions transitions;
    private final InstantSource clock;

    UpdateEventSourceMapping(
            MappingStore mappings,
            MappedFunctions functions,
            SourceProbe probe,
            MappingTransitions transitions,
            InstantSource clock) {
        this.mappings = mappings;
        this.functions = functions;
        this.probe = probe;
        this.transitions = transitions;
        this.clock = clock;
    }

    @Override
    public EventSourceMappingConfiguration handle(Caller caller, UpdateEventSourceMappingRequest request) {
        var id = new EventSourceMappingId(caller.account(), caller.region(), String.valueOf(request.uuid()));
        var found = mappings.find(id).orElseThrow(MappingRefusals::notFound);
        String function = null;
        if (request.functionName() != null) {
            var mapped = functions.require(caller, request.functionName(), "UpdateEventSourceMapping");
            probe.refusal(found.configuration(), mapped.timeout()).ifPresent(why -> {
                throw Refusals.invalid(why);
            });
            function = mapped.arn();
        }
        var now = function;
        var updated = mappings.update(id, before -> Optional.of(updated(before, request, now)), Conflicts::refuse)
                .orElseThrow(MappingRefusals::notFound);
        transitions.settle(id);
        return updated.configuration();
    }

    private MappingRecord updated(
            MappingRecord before, UpdateEventSourceMappingRequest request, @Nullable String function) {
        if (!MappingLifecycle.isAtRest(before)) {
            throw MappingRefusals.inUse("update");
        }
        var next = MappingRules.updated(before.configuration(), RequestedMapping.by(request)).toBuilder()
                .functionArn(function == null ? before.configuration().functionArn() : function)
                .lastModified(clock.instant())
                .build();
        boolean enabled = Objects.requireNonNullElse(request.enabled(), before.enabled());
        return MappingLifecycle.updating(before.with(next), enabled);
    }
}
