package hearth.server.cli;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingsReport;
import hearth.events.aws.AwsClients;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import hearth.pollers.sqs.SqsProbe;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// `hearth mappings`: which functions run on which queues and streams, how that goes, and what waits there.
final class MappingsCommand {
    static final Command COMMAND = new Command(
            "mappings",
            "",
            "Lists the event source mappings: the function, the source, the state, what keeps the mapping from its work,"
                    + " and how many messages wait in a queue of SQS.",
            List.of(Option.DATA, StoreOption.STORE, EndpointOptions.ENDPOINT, EndpointOptions.S3_ENDPOINT),
            MappingsCommand::run);

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final ServiceName SQS = new ServiceName("SQS");

    private MappingsCommand() {}

    private static int run(Arguments arguments) {
        var store = StoreOption.url(arguments, StoreOption.STORE);
        var mappings = store.isPresent()
                ? MappingsReport.read(store.get())
                : MappingsReport.read(arguments.folder(Option.DATA));
        if (mappings.isEmpty()) {
            System.out.println("There are no event source mappings");
            return ExitStatus.SUCCESS;
        }
        var endpoints = EndpointOptions.endpoints(arguments);
        try (var clients = new AwsClients(endpoints, arguments.environment(), PATIENCE)) {
            for (var mapping : mappings) {
                print(mapping, waiting(mapping, endpoints, clients));
            }
        }
        return ExitStatus.SUCCESS;
    }

    private static void print(MappingRecord mapping, String waiting) {
        var shown = mapping.configuration();
        System.out.printf(
                "%s: %s on %s, %s%s%s%n",
                mapping.id().uuid(),
                shown.functionArn(),
                source(mapping),
                shown.state(),
                waiting,
                shown.lastProcessingResult() == null ? "" : "; " + shown.lastProcessingResult());
    }

    private static String source(MappingRecord mapping) {
        var shown = mapping.configuration();
        var named = shown.topics() != null ? shown.topics() : shown.queues();
        var arn = Objects.requireNonNullElse(shown.eventSourceArn(), "Kafka");
        return named == null || named.isEmpty() ? arn : arn + " " + String.join(", ", named);
    }

    private static String waiting(MappingRecord mapping, ServiceEndpoints endpoints, AwsClients clients) {
        var arn = String.valueOf(mapping.configuration().eventSourceArn());
        if (!arn.contains(":sqs:") || endpoints.of(SQS).isEmpty()) {
            return "";
        }
        return new SqsProbe(clients)
                .waiting(arn)
                .map(waiting -> ", " + waiting.visible() + " waiting, " + waiting.taken() + " in work")
                .orElse("");
    }
}
