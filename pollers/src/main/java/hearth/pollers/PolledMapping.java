package hearth.pollers;

import hearth.cluster.MappingRecord;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.Filter;
import hearth.model.filter.RecordFilter;
import hearth.model.filter.RecordSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A mapping as its poller sees it: two that are equal are polled alike.
///
/// @param qualifier of the function: `$LATEST`, a version's number or an alias
/// @param settings without what the API shows of its state
public record PolledMapping(
        EventSourceMappingId id, FunctionId function, String qualifier, EventSourceMappingConfiguration settings) {
    static PolledMapping of(MappingRecord mapping) {
        var settings = mapping.configuration();
        var arn = Objects.requireNonNull(settings.functionArn());
        var function = FunctionRef.parse(arn).orElseThrow();
        return new PolledMapping(
                mapping.id(),
                new FunctionId(
                        new AccountId(Objects.requireNonNull(function.account())),
                        new Region(Objects.requireNonNull(function.region())),
                        function.name()),
                Objects.requireNonNullElse(function.qualifier(), FunctionId.LATEST),
                settings.toBuilder()
                        .state(null)
                        .stateTransitionReason(null)
                        .lastProcessingResult(null)
                        .lastModified(null)
                        .build());
    }

    /// Of the queue or the stream; empty of a source that has none.
    public String source() {
        return Objects.requireNonNullElse(settings.eventSourceArn(), "");
    }

    public String functionArn() {
        return Objects.requireNonNull(settings.functionArn());
    }

    /// @param otherwise where the mapping says nothing
    public static int number(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    /// What lets messages and records through to the function.
    public RecordFilter filter(RecordSource source) {
        var criteria = settings.filterCriteria();
        var filters = criteria == null || criteria.filters() == null ? List.<Filter>of() : criteria.filters();
        return RecordFilter.of(
                source,
                filters.stream()
                        .map(filter -> Objects.requireNonNull(filter.pattern()))
                        .toList());
    }

    /// Whether the function says which of its messages failed.
    public boolean reportsFailures() {
        return settings.functionResponseTypes() != null
                && settings.functionResponseTypes().contains("ReportBatchItemFailures");
    }

    @Override
    public String toString() {
        return id.uuid() + " of " + function.name();
    }
}
