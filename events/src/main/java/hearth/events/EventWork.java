package hearth.events;

import hearth.cluster.EventRecord;
import hearth.cluster.EventStore;
import hearth.cluster.QueueLength;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.Resolution;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private static final long PAUSE = 1_000;

    private final EventStore store;
    private final FunctionResolver functions;
    private final Dispatch dispatch;
    private final Predicate<FunctionId> isStopped;
    private final RetryPolicy policy;
    private final Outcomes outcomes;
    private final MemoryBudget memory;
    private final QueueClock clock;
    private final InstantSource wall;
    private final Executor background;
    private final EventMeter meter;

    /// @param isStopped whether a function's reserved concurrency is 0; may block
    /// @param background runs what may block, or is long
    EventWork(
            EventStore store,
            FunctionResolver functions,
            Dispatch dispatch,
            Predicate<FunctionId> isStopped,
            RetryPolicy policy,
            Outcomes outcomes,
            MemoryBudget memory,
            QueueClock clock,
            InstantSource wall,
            Executor background,
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
        this.meter = meter;
    }

    @Override
    public List<QueueLength<FunctionId>> lengths() {
        return store.queues();
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
        long size = event.invocation().payload().length;
        if (memory.take(size, 0)) {
            new Try(event, ended, size).begin();
        } else {
            ended.accept(Ended.kept(clock.now() + MEMORY_PAUSE, Ended.Pace.EVEN));
        }
    }

    /// One try to run a function on an event. Each step calls the next, perhaps on another thread, but never two at
    /// once.
    private final class Try {
        private final EventRecord event;
        private final Consumer<Ended> ended;
        private final long size;
        private final AtomicBoolean isOver = new AtomicBoolean();

        Try(EventRecord event, Consumer<Ended> ended, long size) {
            this.event = event;
            this.ended = ended;
            this.size = size;
        }

        void begin() {
            guarded(() -> functions.resolve(
                    event.function(), event.qualifier(), resolution -> guarded(() -> resolved(resolution))));
        }

        private void resolved(Resolution resolution) {
            switch (resolution) {
                case Resolution.Resolved(var version, var config) -> run(version, config);
                case Resolution.Missing() -> {
                    LOG.log(
                            Level.WARNING,
                            "Event {0} is dropped: there is no {1} any more",
                            event.invocation().requestId(),
                            event.function().arn(event.qualifier()));
                    meter.dropped(event.function(), "FunctionDeleted");
                    write(() -> store.finish(event, List.of(), List.of()), Ended.gone(Ended.Pace.EVEN), List.of());
                }
                case Resolution.NotActive(var state, var config) ->
                    decided(new Attempt.NotRun(false, "The function is " + state.wireName() + "."), config);
                case Resolution.Unreachable() ->
                    decided(
                            new Attempt.NotRun(false, "The function's configuration cannot be read."),
                            EventInvokeConfig.DEFAULT);
            }
        }

        private void run(FunctionVersion version, EventInvokeConfig config) {
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
                        new Attempt.NotRun(
                                false,
                                "Hearth cannot run such functions: "
                                        + version.obstacle().get()),
                        config);
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
                case DispatchOutcome.Answered(var payload, var _, var _) ->
                    decided(new Attempt.Succeeded(version.version(), payload), config);
                case DispatchOutcome.Streamed _ ->
                    decided(new Attempt.Succeeded(version.version(), new byte[0]), config);
                case DispatchOutcome.FunctionError(var payload, var error, var _) ->
                    decided(new Attempt.Failed(new EventRecord.Failure(version.version(), error, payload)), config);
                case DispatchOutcome.Throttled(var reason) -> throttled(reason, config);
                case DispatchOutcome.NotRunnable(var why) -> decided(new Attempt.NotRun(false, why.message()), config);
                case DispatchOutcome.Unavailable(var reason)
                when reason == Reason.CLOSED ->
                    // It stays as it is, for the next start.
                    end(Ended.kept(clock.now() + PAUSE, Ended.Pace.EVEN));
                case DispatchOutcome.Unavailable(var reason) ->
                    decided(
                            new Attempt.NotRun(
                                    reason == Reason.NO_CAPACITY || reason == Reason.NOT_READY, reason.name()),
                            config);
            }
        }

        private void throttled(ThrottleReason reason, EventInvokeConfig config) {
            if (reason == ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED) {
                background.execute(() -> guarded(() -> decided(
                        isStopped.test(event.function())
                                ? new Attempt.Stopped()
                                : new Attempt.NotRun(true, reason.wireName()),
                        config)));
            } else {
                decided(new Attempt.NotRun(true, reason.wireName()), config);
            }
        }

        private void decided(Attempt attempt, EventInvokeConfig config) {
            var pace = pace(attempt);
            if (attempt instanceof Attempt.NotRun(var _, var why)) {
                LOG.log(Level.DEBUG, () -> "Event " + event.invocation().requestId() + " was set back: " + why);
            }
            switch (policy.after(attempt, event, config, clock.now())) {
                case Verdict.Retry(var next) ->
                    write(() -> store.postpone(next), Ended.kept(next.due(), pace), List.of());
                case Verdict.Done done ->
                    done(done, attempt instanceof Attempt.Succeeded answer ? answer : null, config, pace);
            }
        }

        private static Ended.Pace pace(Attempt attempt) {
            return switch (attempt) {
                case Attempt.Succeeded _, Attempt.Failed _ -> Ended.Pace.WELL;
                case Attempt.NotRun(var crowded, var _) -> crowded ? Ended.Pace.HELD_UP : Ended.Pace.EVEN;
                case Attempt.Stopped() -> Ended.Pace.EVEN;
            };
        }

        private void done(
                Verdict.Done done, Attempt.@Nullable Succeeded answer, EventInvokeConfig config, Ended.Pace pace) {
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
            if (outcomes.isHeardByNobody(done, config)) {
                write(() -> store.finish(done.event(), List.of(), List.of()), Ended.gone(pace), List.of());
            } else {
                // What is to be heard may be as large as event and answer together.
                background.execute(() -> guarded(() -> {
                    var heard = outcomes.of(done, answer, config, clock.now(), wall.instant());
                    write(
                            () -> store.finish(done.event(), heard.deliveries(), heard.passedOn()),
                            Ended.gone(pace),
                            List.of(heard));
                }));
            }
        }

        /// Writes how the try ended, however often that takes: until then the event is in work.
        private void write(Writing writing, Ended end, List<Outcomes.Heard> heard) {
            CompletableFuture<?> written;
            try {
                written = writing.begin();
            } catch (IllegalStateException closed) {
                // It stays as it is, for the next start.
                end(Ended.kept(clock.now() + PAUSE, Ended.Pace.EVEN));
                return;
            }
            var _ = written.whenComplete((_, failure) -> guarded(() -> {
                if (failure == null) {
                    heard.forEach(outcomes::arrived);
                    end(end);
                } else {
                    LOG.log(Level.ERROR, "An event's end cannot be written, and is tried again: {0}", failure);
                    CompletableFuture.delayedExecutor(PAUSE, TimeUnit.MILLISECONDS, background)
                            .execute(() -> guarded(() -> write(writing, end, heard)));
                }
            }));
        }

        private void end(Ended end) {
            if (isOver.compareAndSet(false, true)) {
                memory.giveBack(size);
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
                end(Ended.kept(clock.now() + RetryPolicy.backOff(event.setbacks()), Ended.Pace.HELD_UP));
            }
        }
    }

    @FunctionalInterface
    private interface Writing {
        CompletableFuture<?> begin();
    }
}
