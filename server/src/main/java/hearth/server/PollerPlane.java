package hearth.server;

import hearth.cluster.SourceLeases;
import hearth.cluster.Store;
import hearth.control.mappings.SourceProbe;
import hearth.events.aws.AwsClients;
import hearth.events.aws.BatchDestinations;
import hearth.invoke.InvokeServices;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.endpoints.ServiceName;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.BatchInvoker;
import hearth.pollers.EventSources;
import hearth.pollers.Ownership;
import hearth.pollers.PolledMapping;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import hearth.pollers.SharedOwnership;
import hearth.pollers.documentdb.DocumentDbServices;
import hearth.pollers.documentdb.DocumentDbSource;
import hearth.pollers.dynamodb.DynamoDbSource;
import hearth.pollers.kafka.KafkaServices;
import hearth.pollers.kafka.KafkaSource;
import hearth.pollers.kinesis.KinesisSource;
import hearth.pollers.mq.MqServices;
import hearth.pollers.mq.MqSource;
import hearth.pollers.secrets.Secrets;
import hearth.pollers.sqs.SqsProbe;
import hearth.pollers.sqs.SqsSource;
import hearth.pollers.streams.Pace;
import hearth.pollers.streams.StreamServices;
import hearth.server.api.RequestIds;
import hearth.server.metrics.PollerMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes ready for event source mappings: what polls their sources.
final class PollerPlane {
    /// Longer than the longest poll that SQS knows.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /// With a source of which a client that waits wants a mapping.
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(5);

    private static final ServiceName SQS = new ServiceName("SQS");

    private PollerPlane() {}

    /// @param worksHere whether this server is to poll
    static Pollers open(
            ServerConfig config,
            StartedParts parts,
            Store store,
            InvokeServices services,
            BooleanSupplier worksHere,
            TraceHeaders traces,
            MemoryBudget memory,
            PrometheusRegistry registry,
            InvocationMeter invocations,
            InstantSource clock,
            RandomGenerator random) {
        var meter = new PollerMetrics(registry, invocations);
        var ownership = store.isShared()
                ? new SharedOwnership(store.sourceLeases(), () -> SourceLeases.newName(random), System::nanoTime)
                : Ownership.SOLE;
        var invoker = new BatchInvoker(
                services.resolver(),
                services.dispatch(),
                new RequestIds(random),
                traces,
                clock,
                memory.share(new Bytes(memory.total().count() / 2)),
                ownership);
        var clients = parts.add("clients of event sources", new LateClients(config, PATIENCE));
        // Servers of Kinesis that are not AWS's speak JSON, and get CBOR wrong or have none.
        System.setProperty("aws.cborEnabled", "false");
        var pace = new Pace();
        Function<PolledMapping, StreamServices> streams = mapping -> new StreamServices(
                invoker,
                store.checkpoints(),
                ownership,
                new BatchDestinations(clients.get(), mapping.id().region().value()),
                meter,
                clock,
                pace);
        var sources = new EventSources(Map.of(
                "kafka",
                (mapping, status) ->
                        new KafkaSource(kafka(config, clients.get(), invoker, meter, clock)).poller(mapping, status),
                "mq",
                (mapping, status) ->
                        new MqSource(mq(config, clients.get(), invoker, meter, clock)).poller(mapping, status),
                "sqs",
                (mapping, status) -> new SqsSource(clients.get(), invoker, meter).poller(mapping, status),
                "dynamodb",
                (mapping, status) -> new DynamoDbSource(clients.get(), streams.apply(mapping)).poller(mapping, status),
                "rds",
                (mapping, status) -> new DocumentDbSource(new DocumentDbServices(
                                config.service().sources().documentDb(),
                                new Secrets(config.service().sources().secrets(), clients.get()),
                                streams.apply(mapping)))
                        .poller(mapping, status),
                "kinesis",
                (mapping, status) -> new KinesisSource(clients.get(), streams.apply(mapping)).poller(mapping, status)));
        return parts.add(
                "pollers",
                new Pollers(
                        store.mappings(),
                        worksHere,
                        ownership,
                        sources,
                        meter,
                        config.service().drain()));
    }

    private static KafkaServices kafka(
            ServerConfig config, AwsClients clients, BatchInvoker invoker, PollerMeter meter, InstantSource clock) {
        var environment = System.getenv();
        var region =
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-east-1"));
        var told = config.service().sources();
        return new KafkaServices(
                invoker,
                new BatchDestinations(clients, region),
                new Secrets(told.secrets(), clients),
                told.kafkaBrokers(),
                meter,
                clock);
    }

    private static MqServices mq(
            ServerConfig config, AwsClients clients, BatchInvoker invoker, PollerMeter meter, InstantSource clock) {
        var told = config.service().sources();
        return new MqServices(invoker, new Secrets(told.secrets(), clients), told.brokers(), meter, clock);
    }

    /// Asks the sources of new mappings, by clients that are made with the first one.
    static SourceProbe probe(ServerConfig config, StartedParts parts) {
        var clients = parts.add("clients of sources of new mappings", new LateClients(config, PROBE_PATIENCE));
        return (mapping, timeout) -> {
            var arn = String.valueOf(mapping.eventSourceArn());
            return arn.contains(":sqs:") && config.services().of(SQS).isPresent()
                    ? new SqsProbe(clients.get()).refusal(arn, timeout)
                    : Optional.empty();
        };
    }

    /// AWS's clients, made when they are first needed: most servers have no mappings, and their classes are many.
    private static final class LateClients implements AutoCloseable {
        private final Supplier<AwsClients> make;
        private @Nullable AwsClients made;

        LateClients(ServerConfig config, Duration patience) {
            this.make = () -> new AwsClients(config.services(), System.getenv(), patience);
        }

        synchronized AwsClients get() {
            if (made == null) {
                made = make.get();
            }
            return made;
        }

        @Override
        public synchronized void close() {
            if (made != null) {
                made.close();
            }
        }
    }
}
