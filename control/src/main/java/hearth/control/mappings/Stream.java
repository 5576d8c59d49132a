package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiException;
import hearth.model.api.DestinationConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.OnFailure;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A stream of Kinesis or of a DynamoDB table.
final class Stream implements EventSource {
    /// Whether records can be found by their time.
    private final boolean timed;

    private Stream(boolean timed) {
        this.timed = timed;
    }

    static Stream kinesis() {
        return new Stream(true);
    }

    static Stream dynamoDb() {
        return new Stream(false);
    }

    @Override
    public Set<Member<?>> members() {
        return Set.of(
                Member.FILTER_CRITERIA,
                Member.STARTING_POSITION,
                Member.STARTING_POSITION_TIMESTAMP,
                Member.PARALLELIZATION_FACTOR,
                Member.DESTINATION_CONFIG,
                Member.MAXIMUM_RECORD_AGE,
                Member.MAXIMUM_RETRY_ATTEMPTS,
                Member.BISECT_BATCH_ON_FUNCTION_ERROR,
                Member.TUMBLING_WINDOW,
                Member.FUNCTION_RESPONSE_TYPES);
    }

    @Override
    public EventSourceMappingConfiguration defaults(String uuid) {
        return EventSourceMappingConfiguration.builder()
                .batchSize(100)
                .maximumBatchingWindowInSeconds(0)
                .parallelizationFactor(1)
                .destinationConfig(DestinationConfig.builder()
                        .onFailure(OnFailure.builder().build())
                        .build())
                .maximumRecordAgeInSeconds(-1)
                .maximumRetryAttempts(-1)
                .bisectBatchOnFunctionError(false)
                .tumblingWindowInSeconds(0)
                .functionResponseTypes(List.of())
                .lastProcessingResult("No records processed")
                .stateTransitionReason("User action")
                .build();
    }

    @Override
    public void checkCreation(EventSourceMappingConfiguration given) {
        MappingRefusals.requireStartingPosition(given);
        if (StartingPositions.isTimed(given) && !timed) {
            throw Refusals.invalid("Unsupported starting position for arn type: " + given.eventSourceArn());
        }
        StartingPositions.check(given);
        var timestamp = given.startingPositionTimestamp();
        if (timestamp != null && timestamp.isBefore(Instant.EPOCH)) {
            throw Refusals.invalid("Received Exception while reading from provided stream. class java.lang.Long can not"
                    + " be converted to a Timestamp");
        }
    }

    @Override
    public void check(EventSourceMappingConfiguration mapping) {
        Retries.check(mapping);
        FailureDestinations.check(mapping, false);
    }

    @Override
    public Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other) {
        return Objects.equals(mapping.eventSourceArn(), other.eventSourceArn())
                ? Optional.of(Conflicts.sameArn(other, function))
                : Optional.empty();
    }
}
