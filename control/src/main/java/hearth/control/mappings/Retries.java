package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;

/// The rules for how long a batch is tried again.
final class Retries {
    private static final int SMALLEST_AGE = 60;

    private Retries() {}

    static void check(EventSourceMappingConfiguration mapping) {
        var age = mapping.maximumRecordAgeInSeconds();
        // The model allows the seconds from 0 to 59, the service does not.
        if (age != null && age != -1 && age < SMALLEST_AGE) {
            throw Refusals.invalid("MaximumRecordAgeInSeconds must be -1 or at least " + SMALLEST_AGE + ".");
        }
    }
}
