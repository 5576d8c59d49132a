package hearth.invoke.frontend;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.Admissions;
import hearth.invoke.counting.AwaitedAdmission;
import hearth.invoke.counting.Lease;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Environments;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Where an invocation enters: it is admitted, gets an environment, and is given to that environment's worker.
///
/// Knows the invocations that run, by their request ids, and nothing else. On the warm path everything happens on the
/// event loop that calls `run`, up to the runtime's waiting connection and back; nothing here blocks.
///
/// Whatever is thrown behind an entry of this class ends the invocation in hand and nothing else: its lease and its
/// environment are given back and its listener is told.
public final class Frontend implements Dispatch {
    private static final Logger LOG = System.getLogger(Frontend.class.getName());

    /// An environment may die between its assignment and the invocation; that several do is no accident.
    private static final int MOST_ASSIGNMENTS = 4;

    private final DispatchConfig config;
    private final Admissions admissions;
    private final Environments environments;
    private final WorkerLinks links;
    private final InvocationMeter meter;
    private final LongSupplier nanos;

    /// The invocations that are admitted, or wait for it, and have not ended.
    private final ConcurrentHashMap<String, DispatchedInvocation> running = new ConcurrentHashMap<>();

    /// @param meter must not throw: see `GuardedMeter`
    /// @param nanos a clock that nobody sets
    public Frontend(
            DispatchConfig config,
            Admissions admissions,
            Environments environments,
            WorkerLinks links,
            InvocationMeter meter,
            LongSupplier nanos) {
        this.config = config;
        this.admissions = admissions;
        this.environments = environments;
        this.links = links;
        this.meter = meter;
        this.nanos = nanos;
    }

    @Override
    public void run(FunctionVersion version, Invocation invocation, Duration patience, DispatchListener listener) {
        var dispatched = new DispatchedInvocation(version, invocation, patience, listener);
        dispatched.guarded(dispatched::begin);
    }

    /// What a worker tells of an invocation that was sent to it. One that is not known here is over.
    public void happened(WorkerId from, InvocationProgress event) {
        var dispatched = running.get(event.requestId());
        if (dispatched != null && dispatched.isUnder(event.reservation())) {
            dispatched.guarded(() -> dispatched.happened(event));
        } else if (event instanceof InvocationProgress.Piece piece) {
            // Nobody wants it, and the function must not wait for that.
            credit(from, piece);
        }
    }

    private void credit(WorkerId worker, InvocationProgress.Piece taken) {
        links.send(
                worker, new WorkerCommand.Credit(taken.reservation().environment(), taken.requestId(), taken.number()));
    }

    private static void giveBack(Admission.Decided admission) {
        if (admission instanceof Admission.Admitted(var lease)) {
            lease.close();
        }
    }

    /// Ends the invocations that have waited or run for too long. To be called about once a second.
    public void sweep() {
        for (var one : running.values()) {
            one.guarded(one::endIfOverdue);
        }
    }

    /// A worker cannot be reached any more: the invocations that were sent to it are over for their callers. None of
    /// them is tried again, for its function may have run.
    public void lost(WorkerId worker) {
        for (var one : running.values()) {
            one.guarded(() -> one.endIfAt(worker));
        }
    }

    /// How many invocations have been admitted, or wait for it, and not ended.
    public int running() {
        return running.size();
    }

    /// One invocation, from its admission to its outcome.
    ///
    /// Its steps may be on several threads, one after the other: handing over makes what a step wrote visible. Only
    /// the sweep comes between them.
    private final class DispatchedInvocation implements Waiter {
        private final FunctionVersion version;
        private final Invocation invocation;
        private final Duration patience;
        private final DispatchListener listener;
        private final AtomicBoolean ended = new AtomicBoolean();
        private @Nullable Lease lease;
        /// The answer that it waits for, when it is not known at once whether it may run.
        private volatile @Nullable AwaitedAdmission awaited;
        /// The environment that has the invocation, or is about to get it.
        private volatile @Nullable Assignment assignment;
        private int assignments;
        /// When an environment was asked for, until when it may come, how long it may be used, when it was given,
        /// and by when this is to have ended: by `nanos`.
        private long asked;
        private long patienceEnd;
        private long limit;
        private long given;
        private volatile long deadline;
        /// Where an answer in pieces goes; null until it begins.
        private @Nullable AnswerStream pieces;

        private long lastPiece;
        private InvocationProgress.@Nullable Piece early;

        DispatchedInvocation(
                FunctionVersion version, Invocation invocation, Duration patience, DispatchListener listener) {
            this.version = version;
            this.invocation = invocation;
            this.patience = patience;
            this.listener = listener;
        }

        void begin() {
            limit = config.limit(version).toNanos();
            switch (admissions.admit(version, patience.toNanos() + limit)) {
                case Admission.Decided decided -> decided(decided);
                case Admission.Awaited(var answer) -> await(answer);
            }
        }

        private void decided(Admission.Decided admission) {
            switch (admission) {
                case Admission.Throttled(var reason) -> {
                    meter.throttled(version.function(), reason);
                    end(new DispatchOutcome.Throttled(reason));
                }
                case Admission.Uncounted() -> end(new DispatchOutcome.Unavailable(Reason.NOT_COUNTED));
                case Admission.Admitted(var granted) -> admitted(granted);
            }
        }

        private void admitted(Lease granted) {
            lease = granted;
            if (ended.get()) {
                granted.close();
                return;
            }
            asked = nanos.getAsLong();
            patienceEnd = asked + patience.toNanos();
            deadline = patienceEnd;
            if (isTheOnlyOne()) {
                if (awaited != null) {
                    // After the deadline, which the sweep goes by when nothing is awaited.
                    awaited = null;
                }
                acquire();
            } else {
                end(new DispatchOutcome.Unavailable(Reason.SAME_ID));
            }
        }

        private boolean isTheOnlyOne() {
            var other = running.putIfAbsent(invocation.requestId(), this);
            return other == null || other == this;
        }

        /// Goes on when the answer is there; no thread waits for it, but the sweep sees to it that somebody does.
        private void await(AwaitedAdmission answer) {
            deadline = nanos.getAsLong() + patience.toNanos();
            awaited = answer;
            if (isTheOnlyOne()) {
                answer.whenDecided(admission -> guarded(() -> decided(admission)));
            } else {
                if (!answer.withdraw()) {
                    answer.whenDecided(Frontend::giveBack);
                }
                end(new DispatchOutcome.Unavailable(Reason.SAME_ID));
            }
        }

        private void acquire() {
            assignments++;
            environments.acquire(version, invocation.tenant(), this);
        }

        @Override
        public void served(Assignment served) {
            guarded(() -> {
                assignment = served;
                if (ended.get()) {
                    giveBackUnused(false);
                    return;
                }
                given = nanos.getAsLong();
                deadline = given + limit;
                meter.assigned(version.function(), given - asked);
                if (!links.send(served.worker(), new WorkerCommand.Invoke(served.reservation(), invocation))) {
                    giveBackUnused(true);
                    tryAnother("its worker is not connected");
                }
            });
        }

        @Override
        public void failed(Unavailable why) {
            guarded(() -> {
                if (why instanceof Unavailable.Parted) {
                    admitAnew();
                    return;
                }
                if (why instanceof Unavailable.NoCapacity) {
                    meter.throttled(version.function(), ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
                }
                end(outcome(why));
            });
        }

        private static DispatchOutcome outcome(Unavailable why) {
            return switch (why) {
                case Unavailable.NotRunnable(var reason) -> new DispatchOutcome.NotRunnable(reason);
                case Unavailable.NoCapacity() -> new DispatchOutcome.Unavailable(Reason.NO_CAPACITY);
                case Unavailable.TooLarge() -> new DispatchOutcome.Unavailable(Reason.TOO_LARGE);
                case Unavailable.TooLate() -> new DispatchOutcome.Unavailable(Reason.NOT_READY);
                case Unavailable.Parted(), Unavailable.Defect() -> new DispatchOutcome.Unavailable(Reason.DEFECT);
                case Unavailable.Closed() -> new DispatchOutcome.Unavailable(Reason.CLOSED);
            };
        }

        /// It has not run, and nothing counts any more of what it was admitted by.
        private void admitAnew() {
            var old = lease;
            lease = null;
            if (old != null) {
                old.close();
            }
            if (!ended.get()) {
                begin();
            }
        }

        /// Whether it runs, or is to run, under this reservation now.
        boolean isUnder(Reservation reservation) {
            var held = assignment;
            return held != null && held.reservation().equals(reservation);
        }

        void happened(InvocationProgress event) {
            switch (event) {
                case InvocationProgress.Began(var _, var _, var contentType) -> begins(contentType);
                case InvocationProgress.Piece piece -> passOn(piece);
                case InvocationProgress.Ended(var _, var _, var outcome) -> ended(outcome);
            }
        }

        private void begins(String contentType) {
            if (pieces == null) {
                pieces = listener.begins(contentType);
                if (early != null) {
                    passOn(early);
                }
            }
        }

        /// One piece at a time is on its way, so only the beginning can come behind the first.
        private void passOn(InvocationProgress.Piece piece) {
            if (pieces == null) {
                early = piece;
            } else if (piece.number() == lastPiece + 1) {
                lastPiece++;
                pieces.write(piece.bytes(), () -> credit(piece.reservation().worker(), piece));
            }
        }

        private void ended(InvocationOutcome outcome) {
            meter.ended(version, outcome, nanos.getAsLong() - given);
            switch (outcome) {
                case InvocationOutcome.Answered(var payload, var contentType, var logTail) ->
                    over(new DispatchOutcome.Answered(payload, contentType, logTail));
                case InvocationOutcome.Streamed(var logTail) -> over(new DispatchOutcome.Streamed(logTail));
                case InvocationOutcome.Failed(var payload, var error, var logTail) ->
                    over(new DispatchOutcome.FunctionError(payload, error, logTail));
                case InvocationOutcome.NotRunnable why -> over(new DispatchOutcome.NotRunnable(why));
                case InvocationOutcome.Refused(var reason) -> tryAnother(reason);
            }
        }

        /// The worker has let go of the invocation, and its environment goes on.
        private void over(DispatchOutcome outcome) {
            assignment = null;
            end(outcome);
        }

        private void tryAnother(String reason) {
            LOG.log(Level.DEBUG, "Invocation {0} was refused: {1}", invocation.requestId(), reason);
            giveBackEnvironment();
            if (assignments == MOST_ASSIGNMENTS || nanos.getAsLong() - patienceEnd >= 0) {
                end(new DispatchOutcome.Unavailable(Reason.REFUSED));
            } else if (!ended.get()) {
                deadline = patienceEnd;
                acquire();
            }
        }

        void endIfOverdue() {
            var answer = awaited;
            if (nanos.getAsLong() - deadline < 0) {
                return;
            }
            if (answer != null) {
                if (answer.withdraw()) {
                    end(new DispatchOutcome.Unavailable(Reason.NOT_COUNTED));
                }
                return;
            }
            var held = assignment;
            var reason = held == null ? Reason.NOT_READY : Reason.NO_ANSWER;
            LOG.log(
                    Level.WARNING,
                    "Invocation {0} of {1} is given up: {2}",
                    invocation.requestId(),
                    version.function(),
                    held == null
                            ? "no environment was ready for it"
                            : held.reservation().environment() + " did not answer");
            end(new DispatchOutcome.Unavailable(reason));
            if (held == null) {
                environments.withdraw(version, invocation.tenant(), this);
            }
            giveBackEnvironment();
        }

        void endIfAt(WorkerId lost) {
            var held = assignment;
            if (held != null && held.worker().equals(lost)) {
                end(new DispatchOutcome.Unavailable(Reason.WORKER_LOST));
                giveBackEnvironment();
            }
        }

        /// What the environment does now is unknown, so that no other invocation may get it.
        private void giveBackEnvironment() {
            var held = assignment;
            if (held != null) {
                assignment = null;
                environments.refused(held.reservation());
            }
        }

        /// The invocation was certainly not sent there.
        ///
        /// @param unreachable whether there is no way to its worker
        private void giveBackUnused(boolean unreachable) {
            var held = assignment;
            if (held != null) {
                assignment = null;
                environments.unused(held.reservation(), unreachable);
            }
        }

        private void end(DispatchOutcome outcome) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            running.remove(invocation.requestId(), this);
            try {
                // Before the listener hears: a caller who invokes one after the other never meets its own count.
                if (lease != null) {
                    lease.close();
                }
            } finally {
                listener.ended(outcome);
            }
        }

        /// Runs a step of this invocation, which ends with whatever the step throws.
        void guarded(Runnable step) {
            try {
                step.run();
            } catch (Throwable defect) {
                met(defect);
            }
        }

        private void met(Throwable defect) {
            meter.defect();
            LOG.log(Level.ERROR, "Invocation " + invocation.requestId() + " failed within Hearth", defect);
            try {
                giveBackEnvironment();
            } catch (Throwable another) {
                LOG.log(Level.ERROR, "The environment of " + invocation.requestId() + " is lost", another);
            }
            try {
                end(new DispatchOutcome.Unavailable(Reason.DEFECT));
            } catch (Throwable another) {
                LOG.log(Level.ERROR, "Invocation " + invocation.requestId() + " gets no answer", another);
            }
        }
    }
}
