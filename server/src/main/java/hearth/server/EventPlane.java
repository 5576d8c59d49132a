package hearth.server;

import hearth.cluster.DataFolderLock;
import hearth.cluster.EventStore;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.cluster.Store;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.events.AsyncInvocations;
import hearth.events.EventQueue;
import hearth.events.EventsConfig;
import hearth.events.LateSender;
import hearth.events.aws.AwsDestinations;
import hearth.invoke.InvokeServices;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.memory.MemoryBudget;
import hearth.server.api.RequestIds;
import hearth.server.metrics.EventMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Makes ready for asynchronous invocation: the queue of events, and the clients of those who hear of them.
final class EventPlane {
    /// Of a process that has no queue.
    static final AsyncInvocations NOT_HERE = (_, _, _, _) -> {
        throw new ApiException(
                ApiError.SERVICE_UNAVAILABLE, "Event is not available: this server has not the role events.");
    };

    private EventPlane() {}

    /// The queue, which does not work on what it has before it is told to begin.
    static EventQueue open(
            ServerConfig config,
            StartedParts parts,
            DataFolderLock folder,
            Store store,
            InvokeServices services,
            Executor threads,
            MemoryBudget memory,
            PrometheusRegistry registry,
            InvocationMeter meter,
            InstantSource clock,
            RandomGenerator random)
            throws StartException {
        var defaults = EventsConfig.DEFAULT;
        var settings = new EventsConfig(
                config.service().retryBase(),
                defaults.mostAtOnce(),
                defaults.deliveriesAtOnce(),
                defaults.deliveryAge(),
                config.service().drain());
        var sender = parts.add(
                "clients of destinations",
                new LateSender(() -> new AwsDestinations(config.services(), System.getenv())));
        var kept = parts.add("events", open(config, folder, random));
        var metrics = new EventMetrics(registry, meter);
        var queue = parts.add(
                "queues of events",
                queue(
                        settings,
                        new EventQueue.Parts(
                                kept,
                                services.resolver(),
                                services.dispatch(),
                                function -> isStopped(store.functions(), function),
                                sender,
                                // The rest is for answers: events hold theirs until the function has answered.
                                memory.share(new Bytes(memory.total().count() / 2)),
                                threads,
                                (delay, action) -> CompletableFuture.delayedExecutor(
                                                delay.toNanos(), TimeUnit.NANOSECONDS, threads)
                                        .execute(action)),
                        random,
                        clock,
                        metrics));
        metrics.show(queue);
        return queue;
    }

    private static EventQueue queue(
            EventsConfig settings,
            EventQueue.Parts parts,
            RandomGenerator random,
            InstantSource clock,
            EventMetrics metrics)
            throws StartException {
        try {
            return new EventQueue(settings, parts, new RequestIds(random), clock, System::nanoTime, metrics);
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static EventStore open(ServerConfig config, DataFolderLock folder, RandomGenerator random)
            throws StartException {
        try {
            return config.store().isEmpty()
                    ? EventStore.open(folder)
                    : EventStore.open(config.store().get(), random);
        } catch (StoreException | StoreUnavailableException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isStopped(FunctionStore functions, FunctionId function) {
        return functions
                .read(function, view -> view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE))
                .filter(reserved -> reserved == 0)
                .isPresent();
    }
}
