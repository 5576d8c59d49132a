package hearth.control.mappings;

import hearth.control.operation.Refusals;
import hearth.model.ApiException;
import hearth.model.api.EventSourceMappingConfiguration;
import java.util.Map;
import java.util.regex.Pattern;

/// Tells kinds of event sources by their ARNs. Whether a source is there is asked by no one here.
final class EventSources {
    private static final Map<Pattern, EventSource> BY_ARN = Map.of(
            arn("sqs", "[^:/]+"),
            new SqsQueue(),
            arn("kinesis", "stream/.+"),
            Stream.kinesis(),
            arn("dynamodb", "table/[^/]+/stream/.+"),
            Stream.dynamoDb(),
            arn("kafka", "(cluster|vpc-connection)/.+"),
            Kafka.managed(),
            arn("mq", "broker:.+"),
            new MessageBroker(),
            arn("rds", "cluster:.+"),
            new DocumentDb());

    private EventSources() {}

    private static Pattern arn(String service, String resource) {
        return Pattern.compile("arn:[^:]+:" + service + ":[^:]+:\\d{12}:" + resource);
    }

    static EventSource of(EventSourceMappingConfiguration mapping) {
        var arn = mapping.eventSourceArn();
        if (mapping.selfManagedEventSource() != null) {
            if (arn != null) {
                throw MappingRefusals.unsupported(Member.EVENT_SOURCE_ARN);
            }
            return Kafka.selfManaged();
        }
        if (arn == null) {
            throw Refusals.invalid("Unrecognized event source.");
        }
        return BY_ARN.entrySet().stream()
                .filter(kind -> kind.getKey().matcher(arn).matches())
                .findFirst()
                .map(Map.Entry::getValue)
                .orElseThrow(() -> unrecognized(arn));
    }

    private static ApiException unrecognized(String arn) {
        return Refusals.invalid("Unrecognized event source. Unsupported source arn : " + arn);
    }
}
