package hearth.control.mappings;

import hearth.control.operation.DestinationArns;
import hearth.control.operation.Refusals;
import hearth.model.api.DestinationConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules for where batches go that failed for good.
final class FailureDestinations {
    private static final Set<String> SERVICES = Set.of("sqs", "sns", "s3");

    private FailureDestinations() {}

    /// Whether anything is to be sent anywhere: an empty ARN says no.
    static boolean hasAny(@Nullable DestinationConfig config) {
        return DestinationArns.onSuccess(config) != null || DestinationArns.onFailure(config) != null;
    }

    /// @param topics whether topics of Kafka can be destinations, too
    static void check(EventSourceMappingConfiguration mapping, boolean topics) {
        var config = mapping.destinationConfig();
        if (DestinationArns.onSuccess(config) != null) {
            throw MappingRefusals.unsupportedDestination();
        }
        var destination = DestinationArns.onFailure(config);
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
