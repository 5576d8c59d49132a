package hearth.control.mappings;

import hearth.model.api.AmazonManagedKafkaEventSourceConfig;
import hearth.model.api.DestinationConfig;
import hearth.model.api.DocumentDBEventSourceConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.EventSourceMappingLoggingConfig;
import hearth.model.api.EventSourceMappingMetricsConfig;
import hearth.model.api.FilterCriteria;
import hearth.model.api.ProvisionedPollerConfig;
import hearth.model.api.ScalingConfig;
import hearth.model.api.SelfManagedEventSource;
import hearth.model.api.SelfManagedKafkaEventSourceConfig;
import hearth.model.api.SourceAccessConfiguration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A member of a mapping that requests can bring.
///
/// @param name as messages spell it
record Member<T>(String name, Value<T> value, BiConsumer<EventSourceMappingConfiguration.Builder, T> setter) {
    static final Member<String> EVENT_SOURCE_ARN = new Member<>(
            "eventSourceArn",
            EventSourceMappingConfiguration::eventSourceArn,
            EventSourceMappingConfiguration.Builder::eventSourceArn);
    static final Member<SelfManagedEventSource> SELF_MANAGED_EVENT_SOURCE = new Member<>(
            "selfManagedEventSource",
            EventSourceMappingConfiguration::selfManagedEventSource,
            EventSourceMappingConfiguration.Builder::selfManagedEventSource);
    static final Member<Integer> BATCH_SIZE = new Member<>(
            "batchSize",
            EventSourceMappingConfiguration::batchSize,
            EventSourceMappingConfiguration.Builder::batchSize);
    static final Member<Integer> MAXIMUM_BATCHING_WINDOW = new Member<>(
            "maximumBatchingWindowInSeconds",
            EventSourceMappingConfiguration::maximumBatchingWindowInSeconds,
            EventSourceMappingConfiguration.Builder::maximumBatchingWindowInSeconds);
    static final Member<FilterCriteria> FILTER_CRITERIA = new Member<>(
            "filterCriteria",
            EventSourceMappingConfiguration::filterCriteria,
            EventSourceMappingConfiguration.Builder::filterCriteria);
    static final Member<String> KMS_KEY_ARN = new Member<>(
            "kmsKeyArn",
            EventSourceMappingConfiguration::kmsKeyArn,
            EventSourceMappingConfiguration.Builder::kmsKeyArn);
    static final Member<EventSourceMappingMetricsConfig> METRICS_CONFIG = new Member<>(
            "metricsConfig",
            EventSourceMappingConfiguration::metricsConfig,
            EventSourceMappingConfiguration.Builder::metricsConfig);
    static final Member<EventSourceMappingLoggingConfig> LOGGING_CONFIG = new Member<>(
            "loggingConfig",
            EventSourceMappingConfiguration::loggingConfig,
            EventSourceMappingConfiguration.Builder::loggingConfig);
    static final Member<String> STARTING_POSITION = new Member<>(
            "startingPosition",
            EventSourceMappingConfiguration::startingPosition,
            EventSourceMappingConfiguration.Builder::startingPosition);
    static final Member<Instant> STARTING_POSITION_TIMESTAMP = new Member<>(
            "startingPositionTimestamp",
            EventSourceMappingConfiguration::startingPositionTimestamp,
            EventSourceMappingConfiguration.Builder::startingPositionTimestamp);
    static final Member<Integer> PARALLELIZATION_FACTOR = new Member<>(
            "parallelizationFactor",
            EventSourceMappingConfiguration::parallelizationFactor,
            EventSourceMappingConfiguration.Builder::parallelizationFactor);
    static final Member<DestinationConfig> DESTINATION_CONFIG = new Member<>(
            "destinationConfig",
            EventSourceMappingConfiguration::destinationConfig,
            EventSourceMappingConfiguration.Builder::destinationConfig);
    static final Member<Integer> MAXIMUM_RECORD_AGE = new Member<>(
            "maximumRecordAgeInSeconds",
            EventSourceMappingConfiguration::maximumRecordAgeInSeconds,
            EventSourceMappingConfiguration.Builder::maximumRecordAgeInSeconds);
    static final Member<Integer> MAXIMUM_RETRY_ATTEMPTS = new Member<>(
            "maximumRetryAttempts",
            EventSourceMappingConfiguration::maximumRetryAttempts,
            EventSourceMappingConfiguration.Builder::maximumRetryAttempts);
    static final Member<Boolean> BISECT_BATCH_ON_FUNCTION_ERROR = new Member<>(
            "bisectBatchOnFunctionError",
            EventSourceMappingConfiguration::bisectBatchOnFunctionError,
            EventSourceMappingConfiguration.Builder::bisectBatchOnFunctionError);
    static final Member<Integer> TUMBLING_WINDOW = new Member<>(
            "tumblingWindowInSeconds",
            EventSourceMappingConfiguration::tumblingWindowInSeconds,
            EventSourceMappingConfiguration.Builder::tumblingWindowInSeconds);
    static final Member<List<String>> FUNCTION_RESPONSE_TYPES = new Member<>(
            "functionResponseTypes",
            EventSourceMappingConfiguration::functionResponseTypes,
            EventSourceMappingConfiguration.Builder::functionResponseTypes);
    static final Member<List<String>> TOPICS = new Member<>(
            "topics", EventSourceMappingConfiguration::topics, EventSourceMappingConfiguration.Builder::topics);
    static final Member<List<String>> QUEUES = new Member<>(
            "queues", EventSourceMappingConfiguration::queues, EventSourceMappingConfiguration.Builder::queues);
    static final Member<List<SourceAccessConfiguration>> SOURCE_ACCESS_CONFIGURATIONS = new Member<>(
            "sourceAccessConfigurations",
            EventSourceMappingConfiguration::sourceAccessConfigurations,
            EventSourceMappingConfiguration.Builder::sourceAccessConfigurations);
    static final Member<AmazonManagedKafkaEventSourceConfig> AMAZON_MANAGED_KAFKA_CONFIG = new Member<>(
            "amazonManagedKafkaEventSourceConfig",
            EventSourceMappingConfiguration::amazonManagedKafkaEventSourceConfig,
            EventSourceMappingConfiguration.Builder::amazonManagedKafkaEventSourceConfig);
    static final Member<SelfManagedKafkaEventSourceConfig> SELF_MANAGED_KAFKA_CONFIG = new Member<>(
            "selfManagedKafkaEventSourceConfig",
            EventSourceMappingConfiguration::selfManagedKafkaEventSourceConfig,
            EventSourceMappingConfiguration.Builder::selfManagedKafkaEventSourceConfig);
    static final Member<ScalingConfig> SCALING_CONFIG = new Member<>(
            "scalingConfig",
            EventSourceMappingConfiguration::scalingConfig,
            EventSourceMappingConfiguration.Builder::scalingConfig);
    static final Member<DocumentDBEventSourceConfig> DOCUMENT_DB_CONFIG = new Member<>(
            "documentDBEventSourceConfig",
            EventSourceMappingConfiguration::documentDBEventSourceConfig,
            EventSourceMappingConfiguration.Builder::documentDBEventSourceConfig);
    static final Member<ProvisionedPollerConfig> PROVISIONED_POLLER_CONFIG = new Member<>(
            "provisionedPollerConfig",
            EventSourceMappingConfiguration::provisionedPollerConfig,
            EventSourceMappingConfiguration.Builder::provisionedPollerConfig);

    static final List<Member<?>> ALL = List.of(
            EVENT_SOURCE_ARN,
            SELF_MANAGED_EVENT_SOURCE,
            BATCH_SIZE,
            MAXIMUM_BATCHING_WINDOW,
            FILTER_CRITERIA,
            KMS_KEY_ARN,
            METRICS_CONFIG,
            LOGGING_CONFIG,
            STARTING_POSITION,
            STARTING_POSITION_TIMESTAMP,
            PARALLELIZATION_FACTOR,
            DESTINATION_CONFIG,
            MAXIMUM_RECORD_AGE,
            MAXIMUM_RETRY_ATTEMPTS,
            BISECT_BATCH_ON_FUNCTION_ERROR,
            TUMBLING_WINDOW,
            FUNCTION_RESPONSE_TYPES,
            TOPICS,
            QUEUES,
            SOURCE_ACCESS_CONFIGURATIONS,
            AMAZON_MANAGED_KAFKA_CONFIG,
            SELF_MANAGED_KAFKA_CONFIG,
            SCALING_CONFIG,
            DOCUMENT_DB_CONFIG,
            PROVISIONED_POLLER_CONFIG);

    /// Whether it asks for anything: clients send empty lists unasked.
    boolean isGiven(EventSourceMappingConfiguration configuration) {
        var given = value.of(configuration);
        return given != null && !(given instanceof Collection<?> several && several.isEmpty());
    }

    void copy(EventSourceMappingConfiguration from, EventSourceMappingConfiguration.Builder to) {
        var given = value.of(from);
        if (given != null) {
            setter.accept(to, given);
        }
    }

    @FunctionalInterface
    interface Value<T> {
        @Nullable
        T of(EventSourceMappingConfiguration configuration);
    }
}
