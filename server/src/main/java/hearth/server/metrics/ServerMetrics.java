package hearth.server.metrics;

import hearth.cluster.Store;
import hearth.invoke.InvokeServices;
import hearth.invoke.counting.sharded.LedgerCounts;
import hearth.invoke.shards.ClusterCounting;
import hearth.model.memory.MemoryBudget;
import hearth.worker.LocalWorker;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/// The figures that are looked up when they are asked for: none costs an invocation anything.
public final class ServerMetrics {
    private ServerMetrics() {}

    /// The figures of a server with a store.
    public static void register(PrometheusRegistry registry, Store store) {
        CounterWithCallback.builder()
                .name("hearth_store_listener_failures")
                .help("What threw when it was told of a committed change")
                .callback(counter -> counter.call((double) store.functions().listenerFailures()))
                .register(registry);
    }

    /// The figures that every process has.
    public static void register(PrometheusRegistry registry, String version, Path data) {
        Info.builder()
                .name("hearth_build_info")
                .help("Which Hearth this is")
                .labelNames("version")
                .register(registry)
                .addLabelValues(version);
        GaugeWithCallback.builder()
                .name("hearth_data_free")
                .unit(Unit.BYTES)
                .help("What the disk of the data folder has room for")
                .callback(gauge -> gauge.call(freeSpace(data)))
                .register(registry);
        GaugeWithCallback.builder()
                .name("process_start_time")
                .unit(Unit.SECONDS)
                .help("When the server was started, in seconds since 1970")
                .callback(gauge -> gauge.call(ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(start -> start.toEpochMilli() / 1000.0)
                        .orElse(0.0)))
                .register(registry);
        GaugeWithCallback.builder()
                .name("jvm_memory_used")
                .unit(Unit.BYTES)
                .help("What the server itself uses of its heap; functions have their own memory")
                .callback(gauge -> gauge.call(heapUsed()))
                .register(registry);
    }

    /// What the bytes of callers and functions take.
    public static void register(PrometheusRegistry registry, MemoryBudget memory) {
        GaugeWithCallback.builder()
                .name("hearth_memory_budget")
                .unit(Unit.BYTES)
                .help("What the bytes of callers and functions may take of the server's memory, and what they take")
                .labelNames("of")
                .callback(gauge -> {
                    gauge.call((double) memory.total().count(), "total");
                    gauge.call((double) (memory.total().count() - memory.left()), "taken");
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("hearth_memory_refusals")
                .help("Requests and connections that were given up because there was no memory for them")
                .callback(counter -> counter.call((double) memory.refusals()))
                .register(registry);
        CounterWithCallback.builder()
                .name("hearth_memory_waits")
                .help("Requests and answers that had to wait for memory")
                .callback(counter -> counter.call((double) memory.waits()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_memory_waiting")
                .help("Those that wait for memory now")
                .callback(gauge -> gauge.call(memory.waiting()))
                .register(registry);
    }

    private static double heapUsed() {
        return (double)
                (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }

    private static double freeSpace(Path data) {
        try {
            return (double) Files.getFileStore(data).getUsableSpace();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /// The figures of a server with a frontend.
    public static void register(PrometheusRegistry registry, InvokeServices services) {
        GaugeWithCallback.builder()
                .name("lambda_concurrent_executions")
                .help("Invocations that run now")
                .callback(gauge -> gauge.call(services.counting().running()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_environments")
                .help("Execution environments, by what they do now")
                .labelNames("state")
                .callback(gauge -> {
                    var counts = services.workerManager().counts();
                    gauge.call(counts.starting(), "starting");
                    gauge.call(counts.idle(), "idle");
                    gauge.call(counts.busy(), "busy");
                    gauge.call(counts.retiring(), "retiring");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_waiting_invocations")
                .help("Invocations that wait for an environment now")
                .callback(gauge -> gauge.call(services.workerManager().counts().waiting()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_functions_known")
                .help("Versions and aliases that can be invoked without asking the store")
                .callback(gauge -> gauge.call(services.knownFunctions()))
                .register(registry);
        CounterWithCallback.builder()
                .name("hearth_environments_ended")
                .help("Environments that were idle too long, or made room for another function's")
                .labelNames("reason")
                .callback(counter -> {
                    var counts = services.workerManager().counts();
                    counter.call((double) counts.expired(), "expired");
                    counter.call((double) counts.evicted(), "evicted");
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("hearth_environment_start_failures")
                .help("Environments that ended before they were ready")
                .callback(counter ->
                        counter.call((double) services.workerManager().counts().failedStarts()))
                .register(registry);
    }

    /// What a member of a cluster counts together with the others: the leases of its own frontend, and the ledgers of
    /// the accounts whose shards it owns.
    public static void register(PrometheusRegistry registry, ClusterCounting counting) {
        GaugeWithCallback.builder()
                .name("hearth_leases_held")
                .help("Leases that this frontend holds, by which it admits without asking")
                .callback(gauge -> gauge.call(counting.held()))
                .register(registry);
        ledgers(registry, counting, "hearth_ledger_limit", "What an account may run at once", LedgerCounts::limit);
        ledgers(
                registry,
                counting,
                "hearth_ledger_leases",
                "Leases of an account that frontends may hold",
                LedgerCounts::leased);
        ledgers(
                registry,
                counting,
                "hearth_ledger_running",
                "Leases of an account that invocations use, as frontends told last",
                LedgerCounts::running);
        ledgers(
                registry,
                counting,
                "hearth_ledger_settled",
                "1 once an account's ledger knows what all frontends hold: until then it gives nothing new",
                ledger -> ledger.settled() ? 1 : 0);
    }

    private static void ledgers(
            PrometheusRegistry registry,
            ClusterCounting counting,
            String name,
            String help,
            ToIntFunction<LedgerCounts> figure) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("account", "region")
                .callback(gauge -> counting.ledgers()
                        .forEach(ledger -> gauge.call(
                                figure.applyAsInt(ledger),
                                ledger.account().account().value(),
                                ledger.account().region().value())))
                .register(registry);
    }

    /// The figures of a member of a cluster.
    ///
    /// @param silence how long ago the store answered
    /// @param shards how many it owns
    /// @param works whether it works the queue of events
    public static void registerMember(
            PrometheusRegistry registry,
            Supplier<Duration> silence,
            IntSupplier shards,
            BooleanSupplier drained,
            BooleanSupplier works) {
        GaugeWithCallback.builder()
                .name("hearth_store_silent")
                .unit(Unit.SECONDS)
                .help("How long ago the database answered last, which is asked every 1.5 s")
                .callback(gauge -> gauge.call(silence.get().toMillis() / 1e3))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_shards_owned")
                .help("Shards whose environments this member looks after")
                .callback(gauge -> gauge.call(shards.getAsInt()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_draining")
                .help("1 while this member is being drained")
                .callback(gauge -> gauge.call(drained.getAsBoolean() ? 1 : 0))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_events_working")
                .help("1 while this member works the queue of events")
                .callback(gauge -> gauge.call(works.getAsBoolean() ? 1 : 0))
                .register(registry);
    }

    /// The figures of a server that workers of other hosts join.
    public static void registerWorkers(PrometheusRegistry registry, IntSupplier connected) {
        GaugeWithCallback.builder()
                .name("hearth_workers_joined")
                .help("Workers on other hosts that are connected")
                .callback(gauge -> gauge.call(connected.getAsInt()))
                .register(registry);
    }

    /// The figures of a process that runs functions.
    public static void register(PrometheusRegistry registry, LocalWorker worker) {
        CounterWithCallback.builder()
                .name("hearth_environment_defects")
                .help("What threw in an environment where nothing should; each ended that environment")
                .callback(counter -> counter.call((double) worker.defects()))
                .register(registry);
        CounterWithCallback.builder()
                .name("hearth_pool_takes")
                .help("Cold starts that could take a booted runtime, and whether there was one")
                .labelNames("result")
                .callback(counter -> {
                    var counts = worker.poolCounts();
                    counter.call((double) counts.hits(), "hit");
                    counter.call((double) counts.misses(), "miss");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_pool_runtimes")
                .help("Booted runtimes that wait for a function")
                .callback(gauge -> gauge.call(worker.poolCounts().ready()))
                .register(registry);
    }
}
