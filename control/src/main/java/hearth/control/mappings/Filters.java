package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.filter.FilterPattern;

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
        for (var filter : criteria.filters()) {
            if (filter.pattern() == null
                    || FilterPattern.parse(filter.pattern()).isEmpty()) {
                throw Refusals.invalid("Invalid filter pattern definition.");
            }
        }
    }
}
