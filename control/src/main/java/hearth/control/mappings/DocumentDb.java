package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiException;
import hearth.model.api.DocumentDBEventSourceConfig;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The change stream of a DocumentDB cluster. AWS does not filter its events.
final class DocumentDb implements EventSource {
    @Override
    public Set<Member<?>> members() {
        return Set.of(
                Member.STARTING_POSITION,
                Member.STARTING_POSITION_TIMESTAMP,
                Member.SOURCE_ACCESS_CONFIGURATIONS,
                Member.DOCUMENT_DB_CONFIG);
    }

    @Override
    public EventSourceMappingConfiguration defaults(String uuid) {
        return EventSourceMappingConfiguration.builder()
                .batchSize(100)
                .lastProcessingResult("No records processed")
                .stateTransitionReason("USER_INITIATED")
                .build();
    }

    @Override
    public void checkCreation(EventSourceMappingConfiguration given) {
        MappingRefusals.require(given, Member.SOURCE_ACCESS_CONFIGURATIONS);
        MappingRefusals.require(given, Member.DOCUMENT_DB_CONFIG);
        MappingRefusals.requireStartingPosition(given);
        StartingPositions.check(given);
    }

    @Override
    public EventSourceMappingConfiguration completed(
            EventSourceMappingConfiguration before, EventSourceMappingConfiguration mapping) {
        var old = before.documentDBEventSourceConfig();
        var next = Objects.requireNonNull(mapping.documentDBEventSourceConfig());
        var complete = next.toBuilder();
        if (next.databaseName() == null && old != null) {
            complete.databaseName(old.databaseName());
        }
        if (next.collectionName() == null && old != null) {
            complete.collectionName(old.collectionName());
        }
        if (next.fullDocument() == null) {
            complete.fullDocument(old == null ? "Default" : old.fullDocument());
        }
        return mapping.toBuilder().documentDBEventSourceConfig(complete.build()).build();
    }

    @Override
    public void check(EventSourceMappingConfiguration mapping) {
        if (config(mapping).databaseName() == null) {
            throw Refusals.invalid("Required 'databaseName' parameter is missing.");
        }
        SourceAccess.check(mapping, SourceAccess.DOCUMENT_DB);
    }

    @Override
    public Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other) {
        boolean same = Objects.equals(mapping.eventSourceArn(), other.eventSourceArn())
                && Objects.equals(config(mapping).databaseName(), config(other).databaseName())
                && Objects.equals(
                        config(mapping).collectionName(), config(other).collectionName());
        return same ? Optional.of(Conflicts.sameArn(other, function)) : Optional.empty();
    }

    private static DocumentDBEventSourceConfig config(EventSourceMappingConfiguration mapping) {
        return Objects.requireNonNull(mapping.documentDBEventSourceConfig());
    }
}
