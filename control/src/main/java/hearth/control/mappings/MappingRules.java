package hearth.control.mappings;

import hearth.control.operation.DestinationArns;
import hearth.control.operation.Refusals;
import hearth.model.api.DestinationConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.OnFailure;
import hearth.model.api.ProvisionedPollerConfig;
import java.util.HashSet;
import java.util.Set;

/// Mappings as requests make and change them, by the rules of their source. All pure.
final class MappingRules {
    private static final Set<Member<?>> OF_EVERY_KIND = Set.of(
            Member.EVENT_SOURCE_ARN,
            Member.SELF_MANAGED_EVENT_SOURCE,
            Member.BATCH_SIZE,
            Member.MAXIMUM_BATCHING_WINDOW,
            Member.KMS_KEY_ARN,
            Member.METRICS_CONFIG);

    private MappingRules() {}

    /// A new mapping, without what does not come from its request.
    static EventSourceMappingConfiguration created(String uuid, EventSourceMappingConfiguration given) {
        var source = EventSources.of(given);
        refuseUnsupported(source, given);
        source.checkCreation(given);
        var mapping = changed(source, source.defaults(uuid), given);
        refuseRegistry(given);
        return mapping;
    }

    /// The mapping with all that the request brings; what it does not bring stays.
    static EventSourceMappingConfiguration updated(
            EventSourceMappingConfiguration before, EventSourceMappingConfiguration given) {
        var source = EventSources.of(before);
        refuseUnsupported(source, given);
        source.checkUpdate(before, given);
        var mapping = changed(source, before, given);
        refuseRegistry(given);
        return mapping;
    }

    /// Without a registry a function would get other bytes than at AWS.
    private static void refuseRegistry(EventSourceMappingConfiguration given) {
        var own = given.selfManagedKafkaEventSourceConfig();
        var managed = given.amazonManagedKafkaEventSourceConfig();
        if ((own != null && own.schemaRegistryConfig() != null)
                || (managed != null && managed.schemaRegistryConfig() != null)) {
            throw Refusals.unsupported("SchemaRegistryConfig");
        }
    }

    private static EventSourceMappingConfiguration changed(
            EventSource source, EventSourceMappingConfiguration before, EventSourceMappingConfiguration given) {
        var next = before.toBuilder();
        supported(source).forEach(member -> member.copy(given, next));
        var mapping = source.completed(before, tidied(next.build()));
        source.check(mapping);
        Filters.check(mapping);
        return mapping;
    }

    private static Set<Member<?>> supported(EventSource source) {
        var supported = new HashSet<>(OF_EVERY_KIND);
        supported.addAll(source.members());
        return supported;
    }

    private static void refuseUnsupported(EventSource source, EventSourceMappingConfiguration given) {
        var supported = supported(source);
        for (var member : Member.ALL) {
            if (supported.contains(member) || !member.isGiven(given)) {
                continue;
            }
            if (!member.equals(Member.DESTINATION_CONFIG)) {
                throw MappingRefusals.unsupported(member);
            }
            if (FailureDestinations.hasAny(given.destinationConfig())) {
                throw MappingRefusals.unsupportedDestination();
            }
        }
    }

    /// An empty structure says that there is none, and takes away the one that there was.
    private static EventSourceMappingConfiguration tidied(EventSourceMappingConfiguration mapping) {
        var next = mapping.toBuilder();
        var filters = mapping.filterCriteria();
        if (filters != null && (filters.filters() == null || filters.filters().isEmpty())) {
            next.filterCriteria(null);
        }
        if (mapping.kmsKeyArn() != null && mapping.kmsKeyArn().isEmpty()) {
            next.kmsKeyArn(null);
        }
        var metrics = mapping.metricsConfig();
        if (metrics != null && (metrics.metrics() == null || metrics.metrics().isEmpty())) {
            next.metricsConfig(null);
        }
        var logging = mapping.loggingConfig();
        if (logging != null && logging.systemLogLevel() == null) {
            next.loggingConfig(null);
        }
        var scaling = mapping.scalingConfig();
        if (scaling != null && scaling.maximumConcurrency() == null) {
            next.scalingConfig(null);
        }
        var pollers = mapping.provisionedPollerConfig();
        if (ProvisionedPollerConfig.builder().build().equals(pollers)) {
            next.provisionedPollerConfig(null);
        }
        var destinations = mapping.destinationConfig();
        if (destinations != null && DestinationArns.onSuccess(destinations) == null) {
            next.destinationConfig(DestinationConfig.builder()
                    .onFailure(OnFailure.builder()
                            .destination(DestinationArns.onFailure(destinations))
                            .build())
                    .build());
        }
        return next.build();
    }
}
