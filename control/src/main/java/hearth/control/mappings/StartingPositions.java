package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;

/// The positions from which a new mapping starts to read, for the kinds of sources that keep what they held.
final class StartingPositions {
    private StartingPositions() {}

    static boolean isTimed(EventSourceMappingConfiguration given) {
        return "AT_TIMESTAMP".equals(given.startingPosition());
    }

    static void check(EventSourceMappingConfiguration given) {
        if (given.startingPositionTimestamp() != null && !isTimed(given)) {
            throw Refusals.invalid("Timestamp only valid with StartingPosition AT_TIMESTAMP");
        }
        if (given.startingPositionTimestamp() == null && isTimed(given)) {
            throw Refusals.invalid("Need to specify a timestamp");
        }
    }
}
