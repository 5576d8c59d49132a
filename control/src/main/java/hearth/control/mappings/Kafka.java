package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AmazonManagedKafkaEventSourceConfig;
import hearth.model.api.DestinationConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.OnFailure;
import hearth.model.api.SelfManagedKafkaEventSourceConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A topic of a Kafka cluster, of Amazon MSK or of its users' own.
final class Kafka implements EventSource {
    /// The settings that a mapping can have only in provisioned mode.
    private static final List<Member<?>> PROVISIONED = List.of(
            Member.MAXIMUM_RECORD_AGE,
            Member.MAXIMUM_RETRY_ATTEMPTS,
            Member.BISECT_BATCH_ON_FUNCTION_ERROR,
            Member.FUNCTION_RESPONSE_TYPES);

    /// Records in the order of their partitions, which is what a mapping means that says nothing.
    private static final String STREAM = "Stream";

    /// Records by a share group, without an order.
    private static final String QUEUE = "Queue";

    /// What AWS does not support in that mode.
    private static final List<Member<?>> QUEUE_HAS_NOT =
            List.of(Member.STARTING_POSITION, Member.STARTING_POSITION_TIMESTAMP, Member.MAXIMUM_BATCHING_WINDOW);

    private final boolean selfManaged;

    private Kafka(boolean selfManaged) {
        this.selfManaged = selfManaged;
    }

    static Kafka managed() {
        return new Kafka(false);
    }

    static Kafka selfManaged() {
        return new Kafka(true);
    }

    @Override
    public Set<Member<?>> members() {
        var members = new HashSet<Member<?>>(PROVISIONED);
        Collections.addAll(
                members,
                Member.FILTER_CRITERIA,
                Member.LOGGING_CONFIG,
                Member.STARTING_POSITION,
                Member.STARTING_POSITION_TIMESTAMP,
                Member.DESTINATION_CONFIG,
                Member.TOPICS,
                Member.SOURCE_ACCESS_CONFIGURATIONS,
                Member.PROVISIONED_POLLER_CONFIG,
                selfManaged ? Member.SELF_MANAGED_KAFKA_CONFIG : Member.AMAZON_MANAGED_KAFKA_CONFIG);
        return members;
    }

    @Override
    public EventSourceMappingConfiguration defaults(String uuid) {
        return withGroup(
                EventSourceMappingConfiguration.builder()
                        .batchSize(100)
                        .destinationConfig(DestinationConfig.builder()
                                .onFailure(OnFailure.builder().build())
                                .build())
                        .lastProcessingResult("No records processed")
                        .stateTransitionReason("USER_INITIATED")
                        .build(),
                uuid);
    }

    @Override
    public void checkCreation(EventSourceMappingConfiguration given) {
        if (QUEUE.equals(mode(given))) {
            QUEUE_HAS_NOT.stream()
                    .filter(member -> member.isGiven(given))
                    .findFirst()
                    .ifPresent(member -> {
                        throw MappingRefusals.unsupported(member);
                    });
        }
        if (selfManaged) {
            MappingRefusals.require(given, Member.SOURCE_ACCESS_CONFIGURATIONS);
        }
        MappingRefusals.require(given, Member.TOPICS);
        if (!selfManaged) {
            MappingRefusals.requireStartingPosition(given);
        }
        StartingPositions.check(given);
    }

    @Override
    public void checkUpdate(EventSourceMappingConfiguration before, EventSourceMappingConfiguration given) {
        if (QUEUE.equals(mode(before)) && Member.MAXIMUM_BATCHING_WINDOW.isGiven(given)) {
            throw MappingRefusals.unsupported(Member.MAXIMUM_BATCHING_WINDOW);
        }
        var group = group(given);
        if (group != null && !group.equals(group(before))) {
            throw Refusals.invalid("ConsumerGroupId cannot be updated.");
        }
        var mode = mode(given);
        if (mode != null && !mode.equals(Objects.requireNonNullElse(mode(before), STREAM))) {
            throw Refusals.invalid("ConsumptionMode cannot be updated.");
        }
    }

    @Override
    public EventSourceMappingConfiguration completed(
            EventSourceMappingConfiguration before, EventSourceMappingConfiguration mapping) {
        var group = Objects.requireNonNullElse(group(mapping), Objects.requireNonNull(group(before)));
        var named = Pollers.completed(withGroup(withMode(mapping, mode(before)), group), 1);
        boolean leftProvisionedMode =
                before.provisionedPollerConfig() != null && mapping.provisionedPollerConfig() == null;
        return leftProvisionedMode
                ? named.toBuilder()
                        .maximumRecordAgeInSeconds(null)
                        .maximumRetryAttempts(null)
                        .bisectBatchOnFunctionError(null)
                        .functionResponseTypes(null)
                        .build()
                : named;
    }

    private static @Nullable String mode(EventSourceMappingConfiguration mapping) {
        var own = mapping.selfManagedKafkaEventSourceConfig();
        return own == null ? null : own.consumptionMode();
    }

    /// The mode that a mapping was made with stays, whether or not an update says it.
    private static EventSourceMappingConfiguration withMode(
            EventSourceMappingConfiguration mapping, @Nullable String before) {
        var own = mapping.selfManagedKafkaEventSourceConfig();
        return own == null || own.consumptionMode() != null
                ? mapping
                : mapping.toBuilder()
                        .selfManagedKafkaEventSourceConfig(
                                own.toBuilder().consumptionMode(before).build())
                        .build();
    }

    private @Nullable String group(EventSourceMappingConfiguration mapping) {
        var own = mapping.selfManagedKafkaEventSourceConfig();
        var managed = mapping.amazonManagedKafkaEventSourceConfig();
        return selfManaged
                ? own == null ? null : own.consumerGroupId()
                : managed == null ? null : managed.consumerGroupId();
    }

    private EventSourceMappingConfiguration withGroup(EventSourceMappingConfiguration mapping, String group) {
        var own = mapping.selfManagedKafkaEventSourceConfig();
        var managed = mapping.amazonManagedKafkaEventSourceConfig();
        var next = mapping.toBuilder();
        if (selfManaged) {
            next.selfManagedKafkaEventSourceConfig(
                    (own == null ? SelfManagedKafkaEventSourceConfig.builder() : own.toBuilder())
                            .consumerGroupId(group)
                            .build());
        } else {
            next.amazonManagedKafkaEventSourceConfig(
                    (managed == null ? AmazonManagedKafkaEventSourceConfig.builder() : managed.toBuilder())
                            .consumerGroupId(group)
                            .build());
        }
        return next.build();
    }

    @Override
    public void check(EventSourceMappingConfiguration mapping) {
        if (mapping.provisionedPollerConfig() == null) {
            PROVISIONED.stream()
                    .filter(member -> member.isGiven(mapping))
                    .findFirst()
                    .ifPresent(member -> {
                        throw MappingRefusals.unsupported(member);
                    });
        }
        Pollers.check(mapping, 1);
        Retries.check(mapping);
        FailureDestinations.check(mapping, true);
        SourceAccess.check(mapping, selfManaged ? SourceAccess.SELF_MANAGED_KAFKA : SourceAccess.KAFKA);
        SourceAccess.checkTokens(mapping);
    }

    @Override
    public Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other) {
        if (Collections.disjoint(sources(mapping), sources(other))
                || Collections.disjoint(topics(mapping), topics(other))) {
            return Optional.empty();
        }
        return Optional.of(new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "An event source mapping with event source (\"%s\"), function (\"%s\"), topics (\"%s\") already exists. Please update or delete the existing mapping with UUID %s"
                        .formatted(
                                String.join(",", sources(mapping)),
                                mapping.functionArn(),
                                String.join(",", topics(mapping)),
                                other.uuid())));
    }

    private static Collection<String> sources(EventSourceMappingConfiguration mapping) {
        if (mapping.eventSourceArn() != null) {
            return List.of(mapping.eventSourceArn());
        }
        var own = mapping.selfManagedEventSource();
        var servers = new ArrayList<String>();
        if (own != null && own.endpoints() != null) {
            own.endpoints().values().forEach(servers::addAll);
        }
        return servers;
    }

    private static List<String> topics(EventSourceMappingConfiguration mapping) {
        return Objects.requireNonNullElse(mapping.topics(), List.of());
    }
}
