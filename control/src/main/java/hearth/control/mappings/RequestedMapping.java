package hearth.control.mappings;

import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.UpdateEventSourceMappingRequest;

/// The mapping that a request describes: only the members that the request brings are set.
final class RequestedMapping {
    private RequestedMapping() {}

    static EventSourceMappingConfiguration by(CreateEventSourceMappingRequest request) {
        return EventSourceMappingConfiguration.builder()
                .eventSourceArn(request.eventSourceArn())
                .selfManagedEventSource(request.selfManagedEventSource())
                .batchSize(request.batchSize())
                .maximumBatchingWindowInSeconds(request.maximumBatchingWindowInSeconds())
                .filterCriteria(request.filterCriteria())
                .kmsKeyArn(request.kmsKeyArn())
                .metricsConfig(request.metricsConfig())
                .loggingConfig(request.loggingConfig())
                .startingPosition(request.startingPosition())
                .startingPositionTimestamp(request.startingPositionTimestamp())
                .parallelizationFactor(request.parallelizationFactor())
                .destinationConfig(request.destinationConfig())
                .maximumRecordAgeInSeconds(request.maximumRecordAgeInSeconds())
                .maximumRetryAttempts(request.maximumRetryAttempts())
                .bisectBatchOnFunctionError(request.bisectBatchOnFunctionError())
                .tumblingWindowInSeconds(request.tumblingWindowInSeconds())
                .functionResponseTypes(request.functionResponseTypes())
                .topics(request.topics())
                .queues(request.queues())
                .sourceAccessConfigurations(request.sourceAccessConfigurations())
                .amazonManagedKafkaEventSourceConfig(request.amazonManagedKafkaEventSourceConfig())
                .selfManagedKafkaEventSourceConfig(request.selfManagedKafkaEventSourceConfig())
                .scalingConfig(request.scalingConfig())
                .documentDBEventSourceConfig(request.documentDBEventSourceConfig())
                .provisionedPollerConfig(request.provisionedPollerConfig())
                .build();
    }

    static EventSourceMappingConfiguration by(UpdateEventSourceMappingRequest request) {
        return EventSourceMappingConfiguration.builder()
                .batchSize(request.batchSize())
                .maximumBatchingWindowInSeconds(request.maximumBatchingWindowInSeconds())
                .filterCriteria(request.filterCriteria())
                .kmsKeyArn(request.kmsKeyArn())
                .metricsConfig(request.metricsConfig())
                .loggingConfig(request.loggingConfig())
                .parallelizationFactor(request.parallelizationFactor())
                .destinationConfig(request.destinationConfig())
                .maximumRecordAgeInSeconds(request.maximumRecordAgeInSeconds())
                .maximumRetryAttempts(request.maximumRetryAttempts())
                .bisectBatchOnFunctionError(request.bisectBatchOnFunctionError())
                .tumblingWindowInSeconds(request.tumblingWindowInSeconds())
                .functionResponseTypes(request.functionResponseTypes())
                .sourceAccessConfigurations(request.sourceAccessConfigurations())
                .amazonManagedKafkaEventSourceConfig(request.amazonManagedKafkaEventSourceConfig())
                .selfManagedKafkaEventSourceConfig(request.selfManagedKafkaEventSourceConfig())
                .scalingConfig(request.scalingConfig())
                .documentDBEventSourceConfig(request.documentDBEventSourceConfig())
                .provisionedPollerConfig(request.provisionedPollerConfig())
                .build();
    }
}
