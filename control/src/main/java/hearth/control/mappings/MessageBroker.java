package hearth.control.mappings;

import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A queue of a broker of Amazon MQ.
final class MessageBroker implements EventSource {
    @Override
    public Set<Member<?>> members() {
        return Set.of(Member.FILTER_CRITERIA, Member.QUEUES, Member.SOURCE_ACCESS_CONFIGURATIONS);
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
        MappingRefusals.require(given, Member.QUEUES);
    }

    @Override
    public void check(EventSourceMappingConfiguration mapping) {
        SourceAccess.check(mapping, SourceAccess.MQ);
    }

    @Override
    public Optional<ApiException> conflict(
            EventSourceMappingConfiguration mapping, String function, EventSourceMappingConfiguration other) {
        boolean same = Objects.equals(mapping.eventSourceArn(), other.eventSourceArn())
                && Objects.equals(mapping.queues(), other.queues())
                && Objects.equals(virtualHost(mapping), virtualHost(other));
        return same ? Optional.of(Conflicts.sameArn(other, function)) : Optional.empty();
    }

    private static Optional<String> virtualHost(EventSourceMappingConfiguration mapping) {
        return Objects.requireNonNull(mapping.sourceAccessConfigurations()).stream()
                .filter(access -> "VIRTUAL_HOST".equals(access.type()))
                .map(access -> String.valueOf(access.uri()))
                .findFirst();
    }
}
