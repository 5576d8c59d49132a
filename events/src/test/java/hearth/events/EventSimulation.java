package hearth.events;

import hearth.cluster.DataFolderLock;
import hearth.cluster.DeliveryRecord;
import hearth.cluster.EventRecord;
import hearth.cluster.EventStore;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Callers, functions, targets, a disk, a wall clock and a server that dies, all drawn from one seed, around the
/// queue of events over its real store. Its rules:
///
/// - an event that was accepted ends once: the function took it, or whoever is to hear of its failure hears of it;
///   one that was refused never runs;
/// - what is to be heard goes to its own function's targets, unharmed, and twice only after a doubt;
/// - a function runs on an event no more often than its retries allow, and not before they are due, but after a
///   crash;
/// - nothing is asked again and again without a pause;
/// - once the faults stop all comes to its end, and nothing is left: no row, no count, no memory.
final class EventSimulation implements AutoCloseable {
    private static final EventsConfig CONFIG = EventsConfig.DEFAULT;
    private static final String LIVE = "live";
    private static final List<String> NAMES = List.of("mail", "orders", "search", "audit");
    private static final Pattern CONDITION = Pattern.compile("\"condition\":\"([^\"]+)\"");
    private static final Pattern SOURCE = Pattern.compile("\"requestId\":\"([^\"]+)\"");

    private static final long LONGEST_WAIT =
            new RetryPolicy(CONFIG.retryBase()).longestWait().toMillis();

    /// The longest waits that a last retry or delivery may have before it, one after the other.
    private static final Duration SETTLING = Duration.ofMinutes(40);

    private final Path folder;
    private final Random random;
    private final SimulatedTime time = new SimulatedTime();
    private final Map<String, SimulatedFunction> functions = new LinkedHashMap<>();
    private final Map<String, Tracked> events = new LinkedHashMap<>();
    private final Map<String, Outage> down = new TreeMap<>();
    private final Map<String, Integer> happened = new TreeMap<>();
    private final List<String> broken = new ArrayList<>();
    private boolean diskIsFull;
    private int crashes;
    private int accepted;
    private int passedOn;
    private @Nullable Life life;

    EventSimulation(Path folder, long seed) {
        this.folder = folder;
        this.random = new Random(seed);
        for (var name : NAMES) {
            functions.put(name, new SimulatedFunction(name, random));
        }
    }

    /// @return how often each thing happened
    Map<String, Integer> run(int steps) {
        start();
        for (int i = 0; i < steps; i++) {
            step();
            pass(passing());
        }
        settle();
        return happened;
    }

    private long passing() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> random.nextInt(50);
            case 4, 5, 6 -> random.nextInt(3_000);
            case 7, 8 -> random.nextInt(60_000);
            default -> random.nextInt(300_000);
        };
    }

    private void step() {
        switch (random.nextInt(28)) {
            case 0, 1 -> crash();
            case 2 -> diskIsFull = true;
            case 3, 4, 5 -> diskIsFull = false;
            case 6 -> {
                time.set(Duration.ofDays(random.nextBoolean() ? 1 : -1));
                note("clock set");
                if (random.nextBoolean()) {
                    crash();
                }
            }
            case 7, 8 -> takeDown();
            case 9, 10 -> bringUp();
            case 11, 12, 13 -> any().misbehave(random);
            case 14, 15 -> any().behave();
            case 16 -> change(any(), function -> function.isStopped ^= true);
            case 17 ->
                change(any(), function -> {
                    function.isThere ^= true;
                    function.changed = time.now();
                });
            case 18 ->
                change(any(), function -> {
                    function.hasAlias ^= true;
                    function.aliasChanged = time.now();
                });
            default -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    accept();
                }
            }
        }
    }

    private SimulatedFunction any() {
        return Objects.requireNonNull(functions.get(NAMES.get(random.nextInt(NAMES.size()))));
    }

    /// As the server does: whoever caches a function hears of each change.
    private void change(SimulatedFunction function, Consumer<SimulatedFunction> change) {
        change.accept(function);
        if (life != null) {
            life.cache.invalidate(function.id);
        }
    }

    private void accept() {
        var function = any();
        var id = "e-" + accepted++;
        var payload = "{\"id\":\"" + id + "\",\"more\":\"" + "x".repeat(random.nextInt(20) == 0 ? 30_000 : 10) + "\"}";
        var qualifier = random.nextInt(4) == 0 ? LIVE : FunctionId.LATEST;
        // As the server does, which answers 404.
        if (life == null || !function.has(qualifier)) {
            return;
        }
        var event = new Tracked(id, function, qualifier, payload);
        events.put(id, event);
        life.queue.accept(function.id, qualifier, Samples.invocation(id, payload), event);
    }

    private void takeDown() {
        var targets = functions.values().stream()
                .flatMap(function -> function.targets().stream())
                .toList();
        var target = targets.get(random.nextInt(targets.size()));
        if (!down.containsKey(target)) {
            down.put(target, new Outage(time.now()));
        }
    }

    private void bringUp() {
        if (!down.isEmpty()) {
            bringUp(down.keySet().iterator().next());
        }
    }

    private void bringUp(String target) {
        var outage = Objects.requireNonNull(down.remove(target));
        long seconds = (time.now() - outage.since) / 1000;
        check(
                outage.sends <= 64 + 2 * seconds,
                target + " was asked " + outage.sends + " times in vain in " + seconds + " s");
    }

    private void crash() {
        if (life == null) {
            return;
        }
        life.crash();
        life = null;
        crashes++;
        note("crash");
        if (random.nextBoolean()) {
            pass(random.nextInt(100_000));
        }
        start();
    }

    private void start() {
        life = new Life();
    }

    private void pass(long millis) {
        time.run(millis, () -> {
            if (!broken.isEmpty()) {
                throw new AssertionError(String.join("; ", broken));
            }
            return life == null ? Long.MAX_VALUE : life.queue.step();
        });
    }

    private void settle() {
        diskIsFull = false;
        List.copyOf(down.keySet()).forEach(this::bringUp);
        for (var function : functions.values()) {
            change(function, one -> {
                one.behave();
                one.isStopped = false;
                one.isThere = true;
                one.hasAlias = true;
            });
        }
        pass(SETTLING.toMillis());

        var last = Objects.requireNonNull(life);
        check(last.store.queues().isEmpty(), "Events are left: " + last.store.queues());
        check(last.store.targets().isEmpty(), "Deliveries are left: " + last.store.targets());
        check(last.queue.waiting() == 0, last.queue.waiting() + " events are still counted");
        check(last.queue.undelivered() == 0, last.queue.undelivered() + " deliveries are still counted");
        check(last.memory.left() == last.memory.total().count(), "Memory is still held");
        events.values().forEach(Tracked::account);
        if (!broken.isEmpty()) {
            throw new AssertionError(String.join("; ", broken));
        }
    }

    private void note(String what) {
        happened.merge(what, 1, Integer::sum);
    }

    /// What breaks a rule in the middle of the queue's own steps would be taken for a defect of a part, and
    /// survived.
    private void check(boolean condition, String otherwise) {
        if (!condition) {
            broken.add(otherwise);
        }
    }

    @Override
    public void close() {
        if (life != null) {
            life.close();
        }
    }

    private static final class Outage {
        private final long since;
        private int sends;

        Outage(long since) {
            this.since = since;
        }
    }

    /// One event and all that was seen of it.
    private final class Tracked implements AsyncInvocations.Listener {
        private final String id;
        private final SimulatedFunction function;
        private final String qualifier;
        private final String payload;
        private final long begun = time.now();
        private final boolean beganWithout;
        private final int crashesBefore = crashes;
        private final Map<DeliveryRecord.Kind, Integer> heard = new HashMap<>();
        private final Set<String> passedOnSuccess = new HashSet<>();
        private final Set<String> passedOnFailure = new HashSet<>();
        private boolean wasAccepted;
        private boolean wasRefused;
        private int runs;
        private int successes;
        private int failures;
        private int doubts;
        private long notBefore;
        private int crashesAtFailure = -1;

        Tracked(String id, SimulatedFunction function, String qualifier, String payload) {
            this.id = id;
            this.function = function;
            this.qualifier = qualifier;
            this.payload = payload;
            this.beganWithout = !function.has(qualifier);
        }

        @Override
        public void accepted() {
            wasAccepted = true;
            note("accepted");
        }

        @Override
        public void refused(Throwable cause) {
            wasRefused = true;
            note("refused");
        }

        void runs() {
            runs++;
            check(!wasRefused, id + " runs though it was refused");
            int allowed = 1 + function.config(qualifier).retries() + doubts + crashes - crashesBefore;
            check(runs <= allowed, id + " runs for the " + runs + ". time");
            check(
                    time.now() >= notBefore || crashesAtFailure != crashes,
                    id + " is tried again " + (notBefore - time.now()) + " ms early");
        }

        void failed() {
            failures++;
            crashesAtFailure = crashes;
            // What was counted before a crash may have been lost in it.
            long waits = crashes == crashesBefore ? failures : 1;
            notBefore = time.now() + CONFIG.retryBase().toMillis() * waits;
        }

        void heard(DeliveryRecord.Kind kind, boolean inDoubt) {
            int times = heard.merge(kind, 1, Integer::sum);
            if (inDoubt) {
                doubts++;
            }
            check(times <= 1 + doubts + crashes - crashesBefore, id + " is heard of " + times + " times as " + kind);
        }

        @Override
        public String toString() {
            return "%s of %s:%s (%d runs, %d successes, heard %s, passed on %s %s)"
                    .formatted(
                            id,
                            function.id.name(),
                            qualifier,
                            runs,
                            successes,
                            heard,
                            passedOnSuccess,
                            passedOnFailure);
        }

        /// In the end.
        void account() {
            var config = function.config(qualifier);
            boolean succeeded = heard.containsKey(DeliveryRecord.Kind.SUCCESS) || !passedOnSuccess.isEmpty();
            boolean letter = heard.containsKey(DeliveryRecord.Kind.DEAD_LETTER);
            boolean failed = heard.containsKey(DeliveryRecord.Kind.FAILURE) || !passedOnFailure.isEmpty() || letter;
            check(passedOnSuccess.size() + passedOnFailure.size() <= 1, id + " was passed on more than once");
            check(!(succeeded && failed), id + " has two ends");
            if (wasRefused) {
                check(runs == 0 && !succeeded && !failed, id + " was refused and yet heard of");
                return;
            }
            if (!wasAccepted && runs == 0 && !failed) {
                note("lost with its caller");
                return;
            }
            // While nobody was there who would be told.
            boolean wasGone = beganWithout
                    || function.changed >= begun
                    || (qualifier.equals(LIVE) && function.aliasChanged >= begun);
            if (failed) {
                note("failed");
                check(letter || config.deadLetterQueue().isEmpty(), id + " has no dead letter");
                check(
                        wasGone
                                || config.onFailure().isEmpty()
                                || heard.containsKey(DeliveryRecord.Kind.FAILURE)
                                || !passedOnFailure.isEmpty(),
                        id + " is not heard of at its destination");
            } else if (successes > 0 && (succeeded || config.onSuccess().isEmpty() || wasGone)) {
                note("succeeded");
            } else {
                check(wasGone, this + " was accepted and never came to an end");
                note("gone with its function");
            }
        }
    }

    /// One run of the server.
    private final class Life implements AutoCloseable {
        private final DataFolderLock lock = DataFolderLock.take(folder);
        private final EventStore store = EventStore.open(lock);
        private final FaultyRepository repository =
                new FaultyRepository(store, time, random, () -> diskIsFull, this::passedOn);
        private final MemoryBudget memory = new MemoryBudget(new Bytes(400_000));
        private final FunctionCache cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT, this::find, this::later, time::nanos, InvocationMeter.NONE);
        private final EventQueue queue = new EventQueue(
                new EventQueue.Setting(
                        CONFIG,
                        new EventQueue.Parts(
                                repository,
                                new FunctionResolver(cache, random, time::nanos, InvocationMeter.NONE),
                                this::run,
                                id -> function(id).isStopped,
                                this::send,
                                memory,
                                this::later,
                                (delay, action) -> after(delay.toMillis(), action)),
                        () -> "p-" + passedOn++,
                        time,
                        time::nanos),
                new Meter());
        private boolean isOver;

        private void later(Runnable action) {
            after(random.nextInt(3), action);
        }

        private void after(long millis, Runnable action) {
            time.after(millis, () -> {
                if (!isOver) {
                    action.run();
                }
            });
        }

        private Optional<Routing> find(FunctionId id, String qualifier) {
            if (diskIsFull && random.nextInt(10) == 0) {
                throw new IllegalStateException("The disk cannot be read");
            }
            var function = function(id);
            return function.has(qualifier)
                    ? Optional.of(Routing.to(Samples.version(id)).with(function.config(qualifier)))
                    : Optional.empty();
        }

        private void run(FunctionVersion version, Invocation invocation, Duration patience, DispatchListener listener) {
            var function = function(version.function());
            var event = Objects.requireNonNull(events.get(invocation.requestId()));
            check(event.function == function, event.id + " runs on " + function.id.name());
            check(
                    new String(invocation.payload(), StandardCharsets.UTF_8).equals(event.payload),
                    event.id + " has another payload");
            if (function.isStopped) {
                listener.ended(new DispatchOutcome.Throttled(
                        ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
            } else if (function.running >= function.most) {
                listener.ended(new DispatchOutcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
            } else if (random.nextInt(100) < function.unavailablePercent) {
                unavailable(event, listener);
            } else {
                begin(function, event, listener);
            }
        }

        private void unavailable(Tracked event, DispatchListener listener) {
            var reasons = List.of(Reason.NO_CAPACITY, Reason.NOT_READY, Reason.NO_ANSWER, Reason.DEFECT);
            var reason = reasons.get(random.nextInt(reasons.size()));
            if (reason == Reason.NO_ANSWER || reason == Reason.DEFECT) {
                event.doubts++;
            }
            after(random.nextInt(30_000), () -> listener.ended(new DispatchOutcome.Unavailable(reason)));
        }

        private void begin(SimulatedFunction function, Tracked event, DispatchListener listener) {
            event.runs();
            function.running++;
            boolean fails = random.nextInt(100) < function.failingPercent;
            if (!fails) {
                event.successes++;
            }
            after(random.nextInt(function.slowness), () -> {
                function.running--;
                if (fails) {
                    event.failed();
                    listener.ended(new DispatchOutcome.FunctionError(
                            Samples.bytes("{\"errorMessage\":\"no\"}"), "Unhandled", null));
                } else if (random.nextInt(10) == 0) {
                    listener.ended(new DispatchOutcome.Streamed(null));
                } else {
                    listener.ended(new DispatchOutcome.Answered(
                            Samples.bytes("{\"answer\":\"" + event.id + "\"}"), "application/json", null));
                }
            });
        }

        private void passedOn(EventRecord next) {
            var id = next.invocation().requestId();
            var payload = new String(next.invocation().payload(), StandardCharsets.UTF_8);
            var source = source(payload);
            check(next.function().name().equals("audit"), id + " was passed on to " + next.function());
            check(source.function.id.name().equals("search"), id + " was passed on of " + source.function.id);
            (condition(payload).equals("Success") ? source.passedOnSuccess : source.passedOnFailure).add(id);
            note("passed on");
            var event = new Tracked(id, function(next.function()), next.qualifier(), payload);
            event.wasAccepted = true;
            events.put(id, event);
        }

        private void send(Target target, DeliveryRecord delivery) throws DeliveryException {
            var event = Objects.requireNonNull(
                    events.get(delivery.requestId()), () -> "Nobody made " + delivery.requestId());
            var text = new String(delivery.body(), StandardCharsets.UTF_8);
            var config = event.function.config(event.qualifier);
            var expected =
                    switch (delivery.kind()) {
                        case SUCCESS -> config.onSuccess();
                        case FAILURE -> config.onFailure();
                        case DEAD_LETTER -> config.deadLetterQueue();
                    };
            check(
                    expected.equals(Optional.of(delivery.target())),
                    "The " + delivery.kind() + " of " + event.id + " (" + event.function.id.name() + ") goes to "
                            + delivery.target());
            check(Target.of(delivery.target()).equals(Optional.of(target)), "Another target: " + target);
            check(
                    delivery.kind() == DeliveryRecord.Kind.DEAD_LETTER
                            ? text.equals(event.payload)
                            : source(text) == event && text.contains(event.function.id.arn(event.qualifier)),
                    "The " + delivery.kind() + " of " + event.id + " says " + text);
            // A dead letter says none; that of the event itself would be another's.
            var condition = delivery.kind() == DeliveryRecord.Kind.DEAD_LETTER ? "" : condition(text);
            check(
                    !condition.equals("RetriesExhausted") || event.runs > config.retries(),
                    event.id + " was given up after " + event.runs + " runs");
            check(
                    !condition.equals("EventAgeExceeded")
                            || crashes > event.crashesBefore
                            || time.now() - event.begun >= config.maximumAge().toMillis() - LONGEST_WAIT,
                    event.id + " was given up at the age of " + (time.now() - event.begun) + " ms");
            var outage = down.get(delivery.target());
            if (outage != null) {
                outage.sends++;
                boolean arrives = random.nextInt(10) == 0;
                if (arrives) {
                    event.heard(delivery.kind(), true);
                }
                note("sent in vain");
                throw new DeliveryException("It is away", null);
            }
            event.heard(delivery.kind(), false);
            note("delivered");
        }

        private Tracked source(String record) {
            var found = SOURCE.matcher(record);
            check(found.find(), "No record: " + record);
            return Objects.requireNonNull(events.get(found.group(1)));
        }

        private String condition(String record) {
            var found = CONDITION.matcher(record);
            check(found.find(), "No record: " + record);
            return found.group(1);
        }

        private SimulatedFunction function(FunctionId id) {
            return Objects.requireNonNull(functions.get(id.name()));
        }

        void crash() {
            isOver = true;
            repository.crash();
            functions.values().forEach(function -> function.running = 0);
            close();
        }

        @Override
        public void close() {
            store.close();
            lock.close();
        }
    }

    private final class Meter implements EventMeter {
        @Override
        public void dropped(FunctionId function, String reason) {
            note(reason);
        }

        @Override
        public void undeliverable(FunctionId function, boolean deadLetter) {
            check(false, "A message of " + function.name() + " is given up");
        }

        @Override
        public void defect() {
            check(false, "Something met a defect");
        }
    }

    /// A function as its owner has it, and how it behaves.
    private static final class SimulatedFunction {
        private final FunctionId id;
        private final EventInvokeConfig latest;
        private final EventInvokeConfig live;
        private boolean isThere = true;
        private boolean hasAlias = true;
        private boolean isStopped;
        private int failingPercent;
        private int unavailablePercent;
        private int most = 10;
        private int slowness = 500;
        private int running;
        /// When it was last taken away or put back.
        private long changed = -1;

        private long aliasChanged = -1;

        SimulatedFunction(String name, Random random) {
            id = Samples.function(name);
            var letters = Optional.of("arn:aws:sqs:us-east-1:123456789012:" + name + "-dead");
            var audit = Optional.of(Samples.function("audit").arn());
            var success = random.nextBoolean()
                    ? Optional.of("arn:aws:sns:us-east-1:123456789012:" + name + "-heard")
                    : Optional.<String>empty();
            var failure = Optional.of("arn:aws:sqs:us-east-1:123456789012:" + name + "-failed");
            boolean isPassedOn = name.equals("search");
            latest = new EventInvokeConfig(
                    age(random),
                    random.nextInt(3),
                    isPassedOn ? audit : success,
                    isPassedOn ? audit : failure,
                    random.nextBoolean() ? letters : Optional.empty());
            live = new EventInvokeConfig(
                    age(random),
                    random.nextInt(3),
                    Optional.of("arn:aws:events:us-east-1:123456789012:event-bus/" + name + "-live"),
                    Optional.of("arn:aws:s3:::" + name + "-live-failed"),
                    latest.deadLetterQueue());
        }

        private static Duration age(Random random) {
            return List.of(Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofHours(6))
                    .get(random.nextInt(3));
        }

        boolean has(String qualifier) {
            return isThere && (qualifier.equals(FunctionId.LATEST) || hasAlias);
        }

        EventInvokeConfig config(String qualifier) {
            return qualifier.equals(LIVE) ? live : latest;
        }

        List<String> targets() {
            return List.of(latest, live).stream()
                    .flatMap(config ->
                            List.of(config.onSuccess(), config.onFailure(), config.deadLetterQueue()).stream())
                    .flatMap(Optional::stream)
                    .filter(arn -> !arn.contains(":lambda:"))
                    .distinct()
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }

        void misbehave(Random random) {
            failingPercent = random.nextInt(3) * 50;
            unavailablePercent = random.nextInt(3) * 40;
            most = random.nextInt(4) * 3;
            slowness = 1 + random.nextInt(20_000);
        }

        void behave() {
            failingPercent = 0;
            unavailablePercent = 0;
            most = 10;
            slowness = 500;
        }
    }
}
