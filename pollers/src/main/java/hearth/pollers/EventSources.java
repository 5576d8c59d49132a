package hearth.pollers;

import java.util.Map;

/// The pollers of all sources, by the service that the source's ARN names.
///
/// @param byService such as `sqs`; `kafka` also of clusters that have no ARN
public record EventSources(Map<String, Pollers.Sources> byService) implements Pollers.Sources {
    private static final Map<String, String> OTHERS = Map.of(
            "kinesis", "streams of Kinesis",
            "dynamodb", "streams of DynamoDB",
            "kafka", "topics of Amazon MSK",
            "mq", "queues of Amazon MQ",
            "rds", "change streams of DocumentDB");

    @Override
    public Poller poller(PolledMapping mapping, Status status) {
        var parts = mapping.source().split(":", 6);
        var service = parts.length > 2 ? parts[2] : "kafka";
        var source = byService.get(service);
        return source == null
                ? new Unpolled(status, OTHERS.getOrDefault(service, "topics of Kafka"))
                : source.poller(mapping, status);
    }
}
