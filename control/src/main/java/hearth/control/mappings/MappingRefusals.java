package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;

/// Refusals of event source mappings, in AWS's words.
final class MappingRefusals {
    private MappingRefusals() {}

    static ApiException notFound() {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    /// @param change `update` or `delete`
    static ApiException inUse(String change) {
        return new ApiException(
                ApiError.RESOURCE_IN_USE, "Cannot " + change + " the event source mapping because it is in use.");
    }

    static ApiException unsupported(Member<?> member) {
        return Refusals.invalid("Unsupported '" + member.name() + "' parameter for given event source mapping type.");
    }

    static ApiException unsupportedDestination() {
        return Refusals.invalid("Unsupported DestinationConfig parameter for given event source mapping type.");
    }

    static void require(EventSourceMappingConfiguration given, Member<?> member) {
        if (!member.isGiven(given)) {
            throw Refusals.invalid("Required '" + member.name() + "' parameter is missing.");
        }
    }

    /// The full stop is AWS's.
    static void requireStartingPosition(EventSourceMappingConfiguration given) {
        if (given.startingPosition() == null) {
            throw Refusals.invalid("1 validation error detected: Value null at 'startingPosition' failed to satisfy"
                    + " constraint: Member must not be null.");
        }
    }
}
