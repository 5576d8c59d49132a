package hearth.pollers;

import java.util.Map;

/// The pollers of all sources, by the service that the source's ARN names.
///
/// @param byService such as `sqs`; `kafka` also of clusters that have no ARN
public record EventSources(Map<String, Pollers.Sources> byService) implements Pollers.Sources {
    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        var parts = mapping.source().split(":", 6);
        var service = parts.length > 2 ? parts[2] : "kafka";
        var source = byService.get(service);
        return source == null ? new Unpolled(status, "sources of " + service) : source.poller(mapping, status);
    }
}
