package hearth.invoke;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchConfig;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionCatalog;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.ReadAhead;
import hearth.invoke.frontend.Resolution;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Callers, functions that change, a store that fails, workers and time, all drawn from one seed, around the whole
/// synchronous path. Its rules:
///
/// - each request is answered once, with its own payload if its function ran;
/// - no more run at once than the account may, and in the end none is counted;
/// - who invokes after a change was announced gets the function as changed, unless the store was down just then.
final class SynchronousPathSimulation implements SimulatedWorker.Observer {
    private static final List<String> NAMES = List.of("mail", "search", "orders");
    private static final int ACCOUNT_LIMIT = 8;

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final List<Runnable> background = new ArrayList<>();
    private final Map<FunctionId, FunctionVersion> store = new HashMap<>();
    private final CountingService counting = new CountingService(ACCOUNT_LIMIT);
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerLinks links = new WorkerLinks();
    private final Alarms alarms = new Alarms();
    private final WorkerManager manager;
    private final FunctionCache functions;
    private final ReadAhead ahead;
    private final FunctionResolver resolver;
    private final Frontend frontend;
    private final SimulatedWorker worker;
    private final Map<String, Caller> callers = new HashMap<>();
    /// How often each kind of answer was given.
    private final Map<String, Integer> outcomes = new TreeMap<>();

    private boolean storeIsDown;
    private int storeFailures;
    /// After a failure the store is not asked for a moment.
    private Instant storeSparedUntil = Instant.MIN;

    private long generation = 1;

    SynchronousPathSimulation(long seed) {
        random = new Random(seed);
        manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                clock,
                alarms::set,
                shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard),
                InvocationMeter.NONE);
        functions = new FunctionCache(
                FunctionCacheConfig.DEFAULT, this::read, background::add, clock::nanos, InvocationMeter.NONE);
        ahead = new ReadAhead(functions, catalog(), background::add, alarms::set, clock::nanos);
        resolver = new FunctionResolver(functions, random, clock::nanos, InvocationMeter.NONE);
        frontend = new Frontend(DispatchConfig.DEFAULT, counting, manager, links, InvocationMeter.NONE, clock::nanos);
        worker = new SimulatedWorker("worker", 3 + random.nextInt(8), random, this);
        links.add(worker);
        placement.add(worker.worker());
        worker.connect(new EventRouter(frontend, manager, placement, counting));
        NAMES.forEach(name -> store.put(Functions.id(name), Functions.latest(name, generation)));
        ahead.begin();
    }

    Map<String, Integer> run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            check(counted() <= ACCOUNT_LIMIT, "More run than may");
        }
        settle();
        return outcomes;
    }

    private void step() {
        switch (random.nextInt(40)) {
            case 0 -> clock.advance(Duration.ofMillis(random.nextInt(3_000)));
            case 1 -> {
                clock.advance(Duration.ofSeconds(random.nextInt(12)));
                worker.report();
                manager.sweep();
            }
            case 2 -> worker.crashOne();
            case 21 -> alarms.ring();
            case 3 -> change(NAMES.get(random.nextInt(NAMES.size())));
            case 4 -> storeIsDown = random.nextInt(4) == 0;
            case 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 -> invoke();
            case 15, 16, 17, 18, 19, 20 -> runInBackground();
            default -> worker.deliver();
        }
    }

    private void invoke() {
        var name = random.nextInt(20) == 0 ? "missing" : NAMES.get(random.nextInt(NAMES.size()));
        var id = "request-" + callers.size();
        var payload = "\"" + id + "\"";
        var current = store.get(Functions.id(name));
        var known = current == null || clock.instant().isBefore(storeSparedUntil) ? 0 : current.generation();
        var caller = new Caller(payload, known, storeFailures);
        callers.put(id, caller);
        resolver.resolve(Functions.id(name), FunctionId.LATEST, found -> resolved(id, caller, found));
    }

    /// As the server does with a request.
    private void resolved(String id, Caller caller, Resolution found) {
        switch (found) {
            case Resolution.Resolved(var version, var _, var _) -> {
                var payload = caller.payload.getBytes(StandardCharsets.UTF_8);
                var invocation = new Invocation(
                        id, version.function().arn(), payload, null, null, "Root=1", clock.instant(), false, false);
                frontend.run(version, invocation, Dispatch.AMPLE_PATIENCE, caller);
            }
            case Resolution.Missing _, Resolution.Unreachable _, Resolution.NotActive _ ->
                caller.note(found.getClass().getSimpleName());
        }
    }

    /// As InvokeServices does, with the second half on another thread.
    private void change(String name) {
        var function = Functions.id(name);
        if (random.nextInt(5) == 0) {
            store.remove(function);
        } else {
            store.put(function, Functions.latest(name, ++generation));
        }
        functions.invalidate(function);
        ahead.changed(function);
        var changed = Optional.ofNullable(store.get(function));
        background.add(() -> changed.ifPresentOrElse(
                current -> manager.supersede(function, current.version(), current.generation()),
                () -> manager.deleted(function, "$LATEST")));
    }

    private void runInBackground() {
        if (!background.isEmpty()) {
            background.remove(random.nextInt(background.size())).run();
        }
    }

    private void settle() {
        worker.behave();
        storeIsDown = false;
        for (int i = 0; i < 200; i++) {
            while (!background.isEmpty() || worker.deliver()) {
                runInBackground();
            }
            clock.advance(Duration.ofSeconds(1));
            alarms.ring();
            worker.report();
            manager.sweep();
        }
        callers.forEach((id, caller) -> check(caller.answers == 1, id + " was answered " + caller.answers + " times"));
        check(counted() == 0, "Something is still counted");
        var left = manager.counts();
        check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
        manager.close();
        while (worker.deliver()) {
            // One message may bring another.
        }
        check(worker.environments() == 0, "An environment is left");
        check(placement.promised(worker.worker()).environments() == 0, "Room is still promised");
    }

    private int counted() {
        return counting.running(Functions.ACCOUNT, Functions.REGION);
    }

    private FunctionCatalog catalog() {
        return new FunctionCatalog() {
            @Override
            public List<FunctionId> changedLast(int most) {
                return List.copyOf(store.keySet());
            }

            @Override
            public List<String> qualifiers(FunctionId function, int aliases, int versions) {
                return store.containsKey(function) ? List.of(FunctionId.LATEST) : List.of();
            }
        };
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        if (storeIsDown) {
            storeFailures++;
            storeSparedUntil = clock.instant().plus(FunctionCacheConfig.DEFAULT.recheck());
            throw new StoreIsDownException();
        }
        return Optional.ofNullable(store.get(function)).map(Routing::to);
    }

    @Override
    public void runs(EnvironmentSpec environment, Invocation invocation) {
        var caller = Objects.requireNonNull(callers.get(invocation.requestId()));
        check(invocation.invokedArn().equals(environment.function().function().arn()), "Run by another function");
        if (caller.storeFailures == storeFailures) {
            check(environment.function().generation() >= caller.generation, "Run by an outdated environment");
        }
    }

    @Override
    public void free(EnvironmentSpec environment) {}

    @Override
    public void notFree(EnvironmentSpec environment) {}

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private final class Caller implements DispatchListener {
        private final String payload;
        /// The least that may serve it: the function's own when the request was made.
        private final long generation;

        private final int storeFailures;
        private int answers;

        Caller(String payload, long generation, int storeFailures) {
            this.payload = payload;
            this.generation = generation;
            this.storeFailures = storeFailures;
        }

        @Override
        public void ended(DispatchOutcome outcome) {
            switch (outcome) {
                case DispatchOutcome.Answered(var answered, var _, var _) -> {
                    check(new String(answered, StandardCharsets.UTF_8).equals(payload), "Answered to another caller");
                    note("Answered");
                }
                case DispatchOutcome.NotRunnable(var why) -> note(why.cause().name());
                case DispatchOutcome.Unavailable(var reason) -> note(reason.name());
                case DispatchOutcome.FunctionError _, DispatchOutcome.Streamed _, DispatchOutcome.Throttled _ ->
                    note(outcome.getClass().getSimpleName());
            }
        }

        void note(String kind) {
            answers++;
            outcomes.merge(kind, 1, Integer::sum);
        }
    }

    private static final class StoreIsDownException extends RuntimeException {
        StoreIsDownException() {
            super("The store is down", null, false, false);
        }
    }
}
