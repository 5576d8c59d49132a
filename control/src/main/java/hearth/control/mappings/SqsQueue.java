package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A queue of SQS, standard or FIFO.
final class SqsQueue implements EventSource {
    private static final int LARGEST_BATCH_WITHOUT_WINDOW = 10;

    @Override
    public Set<Member<?>> members() {
        return Set.of(
                Member.FILTER_CRITERIA,
                Member.STARTING_POSITION,
                Member.STARTING_POSITION_TIMESTAMP,
                Member.FUNCTION_RESPONSE_TYPES,
                Member.SCALING_CONFIG,
                Member.PROVISIONED_POLLER_CONFIG);
    }

    @Override
    public EventSourceMappingConfiguration defaults(String uuid) {
        return EventSourceMappingConfiguration.builder()
                .batchSize(10)
                .maximumBatchingWindowInSeconds(0)
                .functionResponseTypes(List.of())
                .stateTransitionReason("USER_INITIATED")
                .build();
    }

    @Override
    public void checkCreation(EventSourceMappingConfiguration given) {
        if (given.startingPosition() != null || given.startingPositionTimestamp() != null) {
            throw Refusals.invalid("StartingPosition is not valid for SQS event sources.");
        }
    }

    @Override
    public EventSourceMappingConfiguration completed(
            EventSourceMappingConfiguration before, EventSourceMappingConfiguration mapping) {
        return Pollers.completed(mapping, 2);
    }

    @Override
    public void check(EventSourceMappingConfiguration mapping) {
        int window = Objects.requireNonNull(mapping.maximumBatchingWindowInSeconds());
        if (Objects.requireNonNull(mapping.batchSize()) > LARGEST_BATCH_WITHOUT_WINDOW && window == 0) {
            throw Refusals.invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is"
                    + " greater than 10");
        }
        if (window > 0 && isFifo(mapping)) {
            throw Refusals.invalid("Batching window is not supported for FIFO queues");
        }
        Pollers.check(mapping, 2);
        if (mapping.provisionedPollerConfig() != null && mapping.scalingConfig() != null) {
            throw Refusals.invalid("Provisioned mode for SQS ESM does not support maximum concurrency feature. Use"
                    + " MaximumPollers as the control mechanism and remove maximum concurrency.");
        }
    }

    private static boolean isFifo(EventSourceMappingConfiguration mapping) {
        return String.valueOf(mapping.eventSourceArn()).endsWith(".fifo");
    }

    @Override
    public Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other) {
        if (!Objects.equals(mapping.eventSourceArn(), other.eventSourceArn())) {
            return Optional.empty();
        }
        return Optional.of(new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "An event source mapping with SQS arn (\" %s \") and function (\" %s \") already exists. Please update or delete the existing mapping with UUID %s"
                        .formatted(mapping.eventSourceArn(), function, other.uuid())));
    }
}
