package hearth.server;

import hearth.cluster.DataFolderLock;
import hearth.cluster.EventStore;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.cluster.Store;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.events.AsyncInvocations;
import hearth.events.Backlog;
import hearth.events.EventQueue;
import hearth.events.EventsConfig;
import hearth.events.LateSender;
import hearth.events.SharedEventQueue;
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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Makes ready for asynchronous invocation: the queue of events, and the clients of those who hear of them.
final class EventPlane {
    /// Of a process that has no queue.
    static final AsyncInvocations NOT_HERE = (_, _, _, _) -> {
        throw new ApiException(
                ApiError.SERVICE_UNAVAILABLE, "Event is not available: this server has not the role events.");
    };

    private EventPlane() {}

    /// Where events are taken in, and worked on once that has begun.
    ///
    /// @param begin has the work begin
    /// @param works whether it is done here now
    /// @param rest told whether it is to be left to other servers
    record Opened(
            AsyncInvocations queue, Backlog backlog, Runnable begin, BooleanSupplier works, Consumer<Boolean> rest) {}

    /// @param store where it is shared, other servers take events in too, and one of all works on them
    static Opened open(
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
        var sender = parts.add(
                "clients of destinations",
                new LateSender(() -> new AwsDestinations(config.services(), System.getenv())));
        var kept = parts.add("events", open(config, folder, random));
        var metrics = new EventMetrics(registry, meter);
        var setting = new EventQueue.Setting(
                settings(config),
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
                new RequestIds(random),
                clock,
                System::nanoTime);
        try {
            var opened = store.isShared()
                    ? shared(config, parts, kept, setting, metrics, random)
                    : alone(parts, setting, metrics);
            metrics.show(opened.backlog());
            return opened;
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static EventsConfig settings(ServerConfig config) {
        var defaults = EventsConfig.DEFAULT;
        return new EventsConfig(
                config.service().retryBase(),
                defaults.mostAtOnce(),
                defaults.deliveriesAtOnce(),
                defaults.deliveryAge(),
                config.service().drain());
    }

    private static Opened alone(StartedParts parts, EventQueue.Setting setting, EventMetrics metrics) {
        var queue = parts.add("queues of events", new EventQueue(setting, metrics));
        return new Opened(queue, queue, queue::begin, () -> true, _ -> {});
    }

    private static Opened shared(
            ServerConfig config,
            StartedParts parts,
            EventStore kept,
            EventQueue.Setting setting,
            EventMetrics metrics,
            RandomGenerator random) {
        var queue = parts.add(
                "queues of events",
                config.roles().contains(Role.EVENTS)
                        ? SharedEventQueue.working(kept, setting, metrics, random)
                        : SharedEventQueue.accepting(kept, metrics, random, System::nanoTime));
        return new Opened(queue, queue, queue::begin, queue::works, queue::rest);
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
