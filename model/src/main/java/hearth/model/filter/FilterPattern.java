package hearth.model.filter;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The pattern of events that a mapping passes on: an object as JSON, which
/// names fields of the event and says of each what it may be.
public sealed interface FilterPattern {
    /// What each of these fields must be, and the alternatives of which one must be true as well (`$or`); there are
    /// none when that is empty.
    record Fields(Map<String, FilterPattern> fields, List<Fields> alternatives) implements FilterPattern {
        public Fields {
            fields = Map.copyOf(fields);
            alternatives = List.copyOf(alternatives);
        }
    }

    /// A list of conditions, any one of which the field must meet.
    record Values(List<FilterCondition> any) implements FilterPattern {
        public Values {
            any = List.copyOf(any);
        }
    }

    /// Reads a pattern; empty when the text is none.
    static Optional<Fields> parse(String text) {
        return FilterPatternParser.parse(text);
    }
}
