package hearth.model.filter;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an event must look like for a mapping to pass it on: an object as JSON, which
/// names fields of the event and says of each what it may be.
public sealed interface FilterPattern {
    /// What each of these fields must be, and the alternatives of which one must be true as well (`$or`); there are
    /// none when that is empty.
    record Fields(Map<String, FilterPattern> fields, List<Fields> alternatives) implements FilterPattern {}

    /// What a field may be: any one of these.
    record Values(List<FilterCondition> any) implements FilterPattern {}

    /// Empty when the text is no pattern.
    static Optional<Fields> parse(String text) {
        return FilterPatternParser.parse(text);
    }
}
