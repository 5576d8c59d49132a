package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.DestinationConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where batches go that failed for good.
final class Destinations {
    private static final Set<String> SERVICES = Set.of("sqs", "sns", "s3");

    private Destinations() {}

    /// Whether anything is to be sent anywhere: an empty ARN says no.
    static boolean hasAny(@Nullable DestinationConfig config) {
        return onSuccess(config) != null || onFailure(config) != null;
    }

    static @Nullable String onSuccess(@Nullable DestinationConfig config) {
        return config == null || config.onSuccess() == null
                ? null
                : given(config.onSuccess().destination());
    }

    static @Nullable String onFailure(@Nullable DestinationConfig config) {
        return config == null || config.onFailure() == null
                ? null
                : given(config.onFailure().destination());
    }

    private static @Nullable String given(@Nullable String destination) {
        return destination == null || destination.isEmpty() ? null : destination;
    }

    /// @param topics whether topics of Kafka can be destinations, too
    static void check(EventSourceMappingConfiguration mapping, boolean topics) {
        var config = mapping.destinationConfig();
        if (onSuccess(config) != null) {
            throw MappingRefusals.unsupportedDestination();
        }
        var destination = onFailure(config);
        if (destination != null && !(topics && destination.startsWith("kafka://")) && !isServed(destination)) {
            throw Refusals.invalid("The provided destination config DestinationConfig(onSuccess=null,"
                    + " onFailure=OnFailure(destination=" + destination + ")) is invalid.");
        }
    }

    private static boolean isServed(String destination) {
        var parts = destination.split(":", 4);
        return parts.length == 4 && SERVICES.contains(parts[2]);
    }
}
