package hearth.model.filter;

import hearth.model.filter.FilterPattern.Fields;
import java.util.List;

/// The filters of one event source mapping: a record passes if one of them lets it pass, or if there are none.
///
/// As in "Control which events Lambda sends to your function" and, for the patterns themselves, "Amazon
/// EventBridge event patterns". It is immutable, and made once for each mapping.
public final class RecordFilter {
    private final RecordSource source;
    private final List<Fields> patterns;
    private final NamedMembers named;

    private RecordFilter(RecordSource source, List<Fields> patterns) {
        this.source = source;
        this.patterns = patterns;
        this.named = NamedMembers.in(patterns);
    }

    /// @param patterns as they were checked when the mapping was made
    public static RecordFilter of(RecordSource source, List<String> patterns) {
        return new RecordFilter(
                source, patterns.stream().map(RecordFilter::parsed).toList());
    }

    private static Fields parsed(String pattern) {
        return FilterPattern.parse(pattern)
                .orElseThrow(() -> new IllegalArgumentException("A filter of a mapping is no pattern"));
    }

    /// Whether the function is to get the record.
    public boolean admits(SourceRecord candidate) {
        if (patterns.isEmpty()) {
            return true;
        }
        var members = new RecordMembers(source, named, candidate);
        return patterns.stream().anyMatch(pattern -> Matching.fields(pattern, members) != Outcome.FAILS);
    }
}
