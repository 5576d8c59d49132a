package hearth.events;

import hearth.cluster.EventRecord;
import hearth.cluster.EventRepository;
import hearth.cluster.LeaseLostException;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.Resolution;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.memory.MemoryBudget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Runs functions on their events, as any client of the Frontend does, and has the store keep what comes of it.
final class EventWork implements Work<FunctionId, EventRecord> {
    private static final Logger LOG = System.getLogger(EventWork.class.getName());

    /// What the payloads of one turn may hold together.
    private static final long BYTES_AT_ONCE = 1 << 20;

    /// How long an event waits for an environment before it goes back into its queue.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// After how long memory is asked for again.
    private static final long MEMORY_PAUSE = 100;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final EventRepository store;
    private final FunctionResolver functions;
    private final Dispatch dispatch;
    private final Predicate<FunctionId> isStopped;
    private final RetryPolicy policy;
    private final Outcomes outcomes;
    private final MemoryBudget memory;
    private final QueueClock clock;
    private final InstantSource wall;
    private final Executor background;
    private final Alarm alarm;
    private final EventMeter meter;
    private final Writes writes = new Writes("The ends of events");

    /// @param isStopped whether a function's reserved concurrency is 0; may block
    /// @param background runs what may block, or is long
    /// @param alarm has writes that failed begun again
    EventWork(
            EventRepository store,
            FunctionResolver functions,
            Dispatch dispatch,
            Predicate<FunctionId> isStopped,
            RetryPolicy policy,
            Outcomes outcomes,
            MemoryBudget memory,
            QueueClock clock,
            InstantSource wall,
            Executor background,
            Alarm alarm,
            EventMeter meter) {
        this.store = store;
        this.functions = functions;
        this.dispatch = dispatch;
        this.isStopped = isStopped;
        this.policy = policy;
        this.outcomes = outcomes;
        this.memory = memory;
        this.clock = clock;
        this.wall = wall;
        this.background = background;
        this.alarm = alarm;
        this.meter = meter;
    }

    @Override
    public List<EventRecord> due(FunctionId queue, long now, Set<Long> others, int most) {
        return store.due(queue, now, others, most, BYTES_AT_ONCE);
    }

    @Override
    public Optional<Long> nextDue(FunctionId queue, long now) {
        return store.nextDue(queue, now);
    }

    @Override
    public long id(EventRecord event) {
        return event.id();
    }

    @Override
    public void begin(EventRecord event, Consumer<Ended> ended) {
        long size = event.size();
        if (memory.take(size, 0)) {
            new Try(event, ended, size).begin();
        } else {
            ended.accept(Ended.untouched(clock.now() + MEMORY_PAUSE, Ended.Pace.EVEN));
        }
    }

    /// One try to run a function on an event. Each step calls the next, perhaps on another thread, but never two at
    /// once.
    private final class Try {
        /// From its run on with the trace header that the function gets, and others after it.
        private EventRecord event;

        private final Consumer<Ended> ended;
        private final AtomicBoolean isOver = new AtomicBoolean();

        /// What is counted of the memory budget for the event, the answer, and what is to be heard of it.
        private final AtomicLong held;

        Try(EventRecord event, Consumer<Ended> ended, long held) {
            this.event = event;
            this.ended = ended;
            this.held = new AtomicLong(held);
        }

        void begin() {
            guarded(() -> functions.resolve(
                    event.function(), event.qualifier(), resolution -> guarded(() -> resolved(resolution))));
        }

        private void resolved(Resolution resolution) {
            switch (resolution) {
                case Resolution.Resolved(var version, var config, var recursion) -> run(version, config, recursion);
                case Resolution.Missing() -> missing();
                case Resolution.NotActive(var state, var config) ->
                    decided(new Attempt.NotRun("The function is " + state.wireName() + "."), config);
                // Nothing is known of how long it may wait, nor of who is to hear.
                case Resolution.Unreachable() -> setBack("The function's configuration cannot be read.");
            }
        }

        /// A function without that version or alias still says where dead letters go.
        private void missing() {
            if (event.qualifier().equals(FunctionId.LATEST)) {
                notFound(EventInvokeConfig.DEFAULT);
                return;
            }
            functions.resolve(
                    event.function(),
                    FunctionId.LATEST,
                    latest -> guarded(() -> {
                        switch (latest) {
                            case Resolution.Resolved(var _, var config, var _) -> notFound(config);
                            case Resolution.NotActive(var _, var config) -> notFound(config);
                            case Resolution.Missing() -> notFound(EventInvokeConfig.DEFAULT);
                            case Resolution.Unreachable() -> setBack("The function's configuration cannot be read.");
                        }
                    }));
        }

        private void notFound(EventInvokeConfig config) {
            done(
                    new Verdict.Done(event, Verdict.Condition.NOT_FOUND, event.failures()),
                    null,
                    config.deadLettersAlone(),
                    Ended.Pace.EVEN);
        }

        private void run(FunctionVersion version, EventInvokeConfig config, RecursionGuard recursion) {
            if (policy.isTooOld(event, config, clock.now())) {
                done(
                        new Verdict.Done(event, Verdict.Condition.EVENT_AGE_EXCEEDED, event.failures()),
                        null,
                        config,
                        Ended.Pace.EVEN);
                return;
            }
            if (version.obstacle().isPresent()) {
                decided(
                        new Attempt.NotRun("Hearth cannot run such functions: "
                                + version.obstacle().get()),
                        config);
                return;
            }
            var round = recursion.enter(event.invocation().traceHeader());
            event = event.tracedBy(round.traceHeader());
            if (round.isStopped()) {
                // The news of its last stop has brought it here: told again, it would come again without end.
                decided(new Attempt.Recursive(), round.wasStopped() ? EventInvokeConfig.DEFAULT : config);
                return;
            }
            if (event.failures() == 0 && event.setbacks() == 0) {
                meter.begun(event.function(), Duration.ofMillis(clock.now() - event.accepted()));
            }
            dispatch.run(
                    version, event.invocation(), PATIENCE, outcome -> guarded(() -> ran(version, config, outcome)));
        }

        private void ran(FunctionVersion version, EventInvokeConfig config, DispatchOutcome outcome) {
            switch (outcome) {
                case DispatchOutcome.Answered(var payload, var _, var _) -> {
                    hold(payload.length);
                    decided(new Attempt.Succeeded(version.version(), payload), config);
                }
                case DispatchOutcome.Streamed _ ->
                    decided(new Attempt.Succeeded(version.version(), new byte[0]), config);
                case DispatchOutcome.FunctionError(var payload, var error, var _) -> {
                    hold(payload.length);
                    decided(new Attempt.Failed(new EventRecord.Failure(version.version(), error, payload)), config);
                }
                case DispatchOutcome.Throttled(var reason) -> throttled(reason, config);
                case DispatchOutcome.NotRunnable(var why) -> decided(new Attempt.NotRun(why.message()), config);
                // It stays as it is, for the next start.
                case DispatchOutcome.Unavailable(var reason) when reason == Reason.CLOSED -> leave(PAUSE.toMillis());
                case DispatchOutcome.Unavailable(var reason) -> decided(new Attempt.NotRun(reason.name()), config);
            }
        }

        private void throttled(ThrottleReason reason, EventInvokeConfig config) {
            if (reason == ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED) {
                background.execute(() -> guarded(() -> decided(
                        isStopped.test(event.function())
                                ? new Attempt.Stopped()
                                : new Attempt.NotRun(reason.wireName()),
                        config)));
            } else {
                decided(new Attempt.NotRun(reason.wireName()), config);
            }
        }

        private void decided(Attempt attempt, EventInvokeConfig config) {
            var pace = pace(attempt);
            if (attempt instanceof Attempt.NotRun(var why)) {
                LOG.log(Level.DEBUG, () -> "Event " + event.invocation().requestId() + " was set back: " + why);
            }
            switch (policy.after(attempt, event, config, clock.now())) {
                case Verdict.Retry(var next) ->
                    write(() -> store.postpone(next), Ended.kept(next.due(), pace), () -> {});
                case Verdict.Done done ->
                    done(done, attempt instanceof Attempt.Succeeded answer ? answer : null, config, pace);
            }
        }

        private static Ended.Pace pace(Attempt attempt) {
            return switch (attempt) {
                case Attempt.Succeeded _, Attempt.Failed _ -> Ended.Pace.WELL;
                case Attempt.NotRun _ -> Ended.Pace.HELD_UP;
                case Attempt.Stopped(), Attempt.Recursive() -> Ended.Pace.EVEN;
            };
        }

        private void done(
                Verdict.Done done, Attempt.@Nullable Succeeded answer, EventInvokeConfig config, Ended.Pace pace) {
            if (outcomes.isHeardByNobody(done, config)) {
                finish(done, Outcomes.Heard.NOTHING, pace);
            } else {
                // What is to be heard may be as large as event and answer together.
                background.execute(() -> guarded(() -> {
                    var heard = outcomes.of(done, answer, config, clock.now(), wall.instant());
                    hold(heard.size());
                    finish(done, heard, pace);
                }));
            }
        }

        private void finish(Verdict.Done done, Outcomes.Heard heard, Ended.Pace pace) {
            var kept = new AtomicReference<>(heard);
            Writing writing = () -> {
                var now = heard.at(clock.now());
                kept.set(now);
                return store.finish(done.event(), now.deliveries(), now.passedOn());
            };
            write(writing, Ended.gone(pace), () -> {
                outcomes.arrived(kept.get());
                tellOfTheEnd(done);
            });
        }

        private void tellOfTheEnd(Verdict.Done done) {
            if (done.condition() == Verdict.Condition.RECURSIVE_INVOCATION) {
                meter.recursionStopped(event.function());
            }
            if (done.condition() != Verdict.Condition.SUCCESS) {
                meter.dropped(event.function(), done.condition().wireName());
                LOG.log(
                        Level.WARNING,
                        "Event {0} for {1} is given up: {2}, after {3} attempts",
                        event.invocation().requestId(),
                        event.function().arn(event.qualifier()),
                        done.condition().wireName(),
                        done.attempts());
            }
        }

        private void setBack(String why) {
            LOG.log(Level.DEBUG, () -> "Event " + event.invocation().requestId() + " was set back: " + why);
            var next = event.setBack(clock.now() + RetryPolicy.backOff(event.setbacks()));
            write(() -> store.postpone(next), Ended.kept(next.due(), Ended.Pace.HELD_UP), () -> {});
        }

        /// Writes how the try ended, however often that takes: until then the event is in work.
        private void write(Writing writing, Ended end, Runnable afterwards) {
            CompletableFuture<?> written;
            try {
                written = writing.begin();
            } catch (IllegalStateException closed) {
                // It stays as it is, for the next start.
                leave(PAUSE.toMillis());
                return;
            }
            var _ = written.whenComplete((_, failure) -> {
                if (failure == null) {
                    writes.succeeded();
                    end(end);
                    afterwards.run();
                } else if (LeaseLostException.isBehind(failure)) {
                    // It is another server's to run.
                    leave(PAUSE.toMillis());
                } else {
                    writes.failed(failure);
                    alarm.after(PAUSE, () -> guarded(() -> write(writing, end, afterwards)));
                }
            });
        }

        private void hold(long bytes) {
            memory.hold(bytes);
            held.addAndGet(bytes);
        }

        private void leave(long pause) {
            end(Ended.untouched(clock.now() + pause, Ended.Pace.EVEN));
        }

        private void end(Ended end) {
            if (isOver.compareAndSet(false, true)) {
                memory.giveBack(held.get());
                ended.accept(end);
            }
        }

        /// Whatever throws, the event goes back into its queue.
        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | Error defect) {
                meter.defect();
                LOG.log(
                        Level.ERROR,
                        "Event " + event.invocation().requestId() + " met a defect, and is tried again",
                        defect);
                setBackAfterDefect();
            }
        }

        private void setBackAfterDefect() {
            try {
                setBack("A defect.");
            } catch (RuntimeException | Error e) {
                leave(RetryPolicy.backOff(event.setbacks()));
            }
        }
    }

    @FunctionalInterface
    private interface Writing {
        CompletableFuture<?> begin();
    }
}
