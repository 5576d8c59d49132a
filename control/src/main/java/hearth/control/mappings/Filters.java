package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.filter.FilterPattern;
import hearth.model.filter.FilterPattern.Fields;
import hearth.model.filter.FilterPattern.Values;
import java.util.Optional;

/// The filters of a mapping.
final class Filters {
    private static final int MOST = 5;

    private Filters() {}

    static void check(EventSourceMappingConfiguration mapping) {
        var criteria = mapping.filterCriteria();
        if (criteria == null || criteria.filters() == null) {
            return;
        }
        if (criteria.filters().size() > MOST) {
            throw Refusals.invalid("FilterCriteria can have at most " + MOST + " filters.");
        }
        boolean isJsonOnly = String.valueOf(mapping.eventSourceArn()).contains(":kinesis:");
        for (var filter : criteria.filters()) {
            var pattern = filter.pattern() == null ? Optional.<Fields>empty() : FilterPattern.parse(filter.pattern());
            if (pattern.isEmpty() || (isJsonOnly && asksForPlainText(pattern.get()))) {
                throw Refusals.invalid("Invalid filter pattern definition.");
            }
        }
    }

    /// Whether it has conditions for `data` itself and not for what is in it, which Kinesis knows nothing of.
    private static boolean asksForPlainText(Fields pattern) {
        return pattern.fields().get("data") instanceof Values
                || pattern.alternatives().stream().anyMatch(Filters::asksForPlainText);
    }
}
