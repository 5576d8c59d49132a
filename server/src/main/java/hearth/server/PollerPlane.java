package hearth.server;

import hearth.cluster.Store;
import hearth.events.aws.AwsClients;
import hearth.invoke.InvokeServices;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.BatchInvoker;
import hearth.pollers.EventSources;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import hearth.pollers.Status;
import hearth.pollers.sqs.SqsSource;
import hearth.server.api.RequestIds;
import hearth.server.metrics.PollerMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes ready for event source mappings: what polls their sources.
final class PollerPlane {
    /// Longer than the longest poll that SQS knows.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private PollerPlane() {}

    /// @param worksHere whether it is this server that polls
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
        var invoker = new BatchInvoker(
                services.resolver(),
                services.dispatch(),
                new RequestIds(random),
                traces,
                clock,
                memory.share(new Bytes(memory.total().count() / 2)));
        var sources = parts.add("clients of event sources", new LateSources(config, invoker, meter));
        return parts.add(
                "pollers",
                new Pollers(
                        store.mappings(),
                        worksHere,
                        sources,
                        meter,
                        config.service().drain()));
    }

    /// Sources whose clients are made with the first mapping: most servers have none, and their classes are many.
    private static final class LateSources implements Pollers.Sources, AutoCloseable {
        private final Supplier<AwsClients> make;
        private final BatchInvoker invoker;
        private final PollerMeter meter;
        private @Nullable AwsClients clients;

        LateSources(ServerConfig config, BatchInvoker invoker, PollerMeter meter) {
            this.make = () -> new AwsClients(config.services(), System.getenv(), PATIENCE);
            this.invoker = invoker;
            this.meter = meter;
        }

        @Override
        public Poller poller(PolledMapping mapping, Status status) {
            var source = new SqsSource(clients(), invoker, meter);
            return new EventSources(Map.of("sqs", source)).poller(mapping, status);
        }

        private synchronized AwsClients clients() {
            if (clients == null) {
                clients = make.get();
            }
            return clients;
        }

        @Override
        public synchronized void close() {
            if (clients != null) {
                clients.close();
            }
        }
    }
}
