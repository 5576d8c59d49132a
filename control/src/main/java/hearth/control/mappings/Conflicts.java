package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.List;

/// Two mappings of one source to one function, of which AWS allows one.
final class Conflicts {
    /// The part of a function's ARN before its name.
    private static final int PARTS_BEFORE_NAME = 6;

    private Conflicts() {}

    /// @param others of the same function
    static void refuse(MappingRecord mapping, List<MappingRecord> others) {
        var source = EventSources.of(mapping.configuration());
        var name = String.valueOf(mapping.configuration().functionArn()).split(":")[PARTS_BEFORE_NAME];
        for (var other : others) {
            source.conflict(mapping.configuration(), name, other.configuration())
                    .ifPresent(conflict -> {
                        throw conflict;
                    });
        }
    }

    static ApiException sameArn(EventSourceMappingConfiguration other, String function) {
        return new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "The event source arn (\" %s \") and function (\" %s \") provided mapping already exists. Please update or delete the existing mapping with UUID %s"
                        .formatted(other.eventSourceArn(), function, other.uuid()));
    }
}
