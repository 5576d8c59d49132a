package hearth.worker.environment;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.worker.logs.PlatformRecord;
import hearth.worker.runtimeapi.RuntimePost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The invocations that run in an environment, by their request ids: how each begins and ends, and what the log says
/// of it.
///
/// Belongs to the environment's loop. There are few at a time, mostly one, so a look-up compares with each.
final class RunningInvocations {
    private final EnvironmentLog log;
    private final Duration timeout;
    private final int most;
    private final ArrayList<InvokePhase> phases = new ArrayList<>(1);
    /// Those that took too long and were ended for their callers, and that the runtime is not done with.
    private final ArrayList<InvokePhase> leftBehind = new ArrayList<>(0);
    /// How long a successful INIT took, until the first invocation has reported it.
    private @Nullable Duration unreportedInit;

    /// The same of a restore.
    private @Nullable Duration unreportedRestore;

    /// @param timeout of the function
    /// @param most how many may run at once
    RunningInvocations(EnvironmentLog log, Duration timeout, int most) {
        this.log = log;
        this.timeout = timeout;
        this.most = most;
    }

    /// Whether no caller waits for one.
    boolean isEmpty() {
        return phases.isEmpty();
    }

    /// Whether the runtime is done with all that it was given.
    boolean areAllDone() {
        return phases.isEmpty() && leftBehind.isEmpty();
    }

    boolean hasRoom() {
        return phases.size() + leftBehind.size() < most;
    }

    /// Whether those that were left behind take all the room.
    boolean areStuck() {
        return leftBehind.size() == most;
    }

    /// When the first of them has had its time, on the loop's clock. Not while none runs.
    long nextDeadline() {
        return phases.getFirst().deadlineNanos();
    }

    /// The reservations under which they run.
    List<Long> reservations() {
        return Stream.concat(phases.stream(), leftBehind.stream())
                .map(InvokePhase::reservation)
                .toList();
    }

    @Nullable
    InvokePhase find(String requestId) {
        for (var phase : phases) {
            if (phase.invocation().requestId().equals(requestId)) {
                return phase;
            }
        }
        return null;
    }

    /// Whether an answer that was posted is kept until the end of its invocation, for its caller wants the log with it.
    boolean keepsBody(String requestId) {
        var phase = find(requestId);
        return phase != null && phase.invocation().wantsLogTail();
    }

    /// Does something with all that run now, whatever becomes of them meanwhile.
    void forEach(Consumer<InvokePhase> action) {
        List.copyOf(phases).forEach(action);
    }

    /// The environment is initialised: its first invocation reports how long that took.
    void initialised(Duration took) {
        unreportedInit = took;
    }

    /// The environment was restored for those that run: their time begins, and they report how long it took.
    void restored(Duration took, long nanos) {
        unreportedRestore = took;
        forEach(phase -> phase.restored(nanos, timeout));
    }

    void begin(InvokePhase phase, long nanos) {
        phases.add(phase);
        phase.begin(nanos, timeout);
        log.log()
                .invocationBegins(
                        phase.invocation().requestId(), phase.invocation().wantsLogTail());
    }

    /// The runtime posted something of one; what of no other invocation is known falls away.
    void posted(String requestId, RuntimePost post) {
        var phase = find(requestId);
        if (phase != null) {
            phase.posted(post);
        }
    }

    /// Pieces of the answer to one have been taken, so many in all.
    void credited(String requestId, long pieces) {
        var phase = find(requestId);
        if (phase != null) {
            phase.credited(pieces);
        }
    }

    /// A party of those who see invocations to their end is done with all that it had.
    void done(String party, HostedRuntime runtime, long nanos) {
        forEach(phase -> {
            if (phase.done(party)) {
                end(phase, runtime, nanos);
            }
        });
    }

    /// The runtime is done with one of several, whose answer it has posted.
    ///
    /// @return the reservation under which it ran; 0 if it is not known
    long answered(String requestId, HostedRuntime runtime, long nanos) {
        var phase = find(requestId);
        if (phase != null) {
            if (phase.done(AwaitedParties.RUNTIME)) {
                end(phase, runtime, nanos);
            }
            return phase.reservation();
        }
        for (var late : leftBehind) {
            if (late.invocation().requestId().equals(requestId)) {
                leftBehind.remove(late);
                log.log().invocationEnds(requestId);
                return late.reservation();
            }
        }
        return 0;
    }

    /// The time of those that run is up. They end when their runtime has.
    void timeOut() {
        forEach(this::timeOut);
    }

    private void timeOut(InvokePhase phase) {
        log.log().platform(new PlatformRecord.TimedOut(phase.invocation().requestId(), timeout));
        phase.timedOut(timeout);
    }

    /// Ends those of several whose time is up, while the others run on. Their code runs on too, and takes their
    /// room until it has answered.
    void leaveOverdueBehind(HostedRuntime runtime, long nanos) {
        forEach(phase -> {
            if (phase.deadlineNanos() - nanos <= 0) {
                timeOut(phase);
                report(phase, runtime, nanos);
                phases.remove(phase);
                leftBehind.add(phase);
                phase.leaveBehind();
                phase.end(log.log().takeTail(phase.invocation().requestId()));
            }
        });
    }

    /// The runtime has ended under those that run.
    void crash(Fault fault, HostedRuntime runtime, long nanos) {
        forEach(phase -> {
            var message = fault.message(phase.invocation().requestId());
            log.log().platform(new PlatformRecord.RuntimeExited(message, fault.errorType()));
            phase.faulted(fault, nanos);
            end(phase, runtime, nanos);
        });
    }

    /// The environment ends under those that run.
    void breakOff(HostedRuntime runtime, long nanos) {
        forEach(phase -> {
            phase.faulted(Fault.WORKER_CLOSED, nanos);
            end(phase, runtime, nanos);
        });
    }

    /// Nothing more is known of those that run. Never throws.
    void giveUp(NotRunnable why) {
        forEach(phase -> {
            phase.notRunnable(why);
            try {
                finish(phase);
            } catch (RuntimeException | Error e) {
                // The end of its log is what failed, and was logged as such.
                phases.remove(phase);
                phase.end(null);
            }
        });
    }

    /// All are over, whatever came of them.
    void endAll(HostedRuntime runtime, long nanos) {
        forEach(phase -> end(phase, runtime, nanos));
    }

    private void end(InvokePhase phase, HostedRuntime runtime, long nanos) {
        report(phase, runtime, nanos);
        finish(phase);
    }

    private void report(InvokePhase phase, HostedRuntime runtime, long nanos) {
        runtime.drainOutput();
        var duration = phase.duration(nanos);
        runtime.meters().invoked(phase.elapsed(nanos).toNanos(), nanos);
        var peak = runtime.meters().peakMemory(duration, nanos);
        log.invokeEnded(phase, duration, peak, unreportedInit, unreportedRestore);
        unreportedInit = null;
        unreportedRestore = null;
    }

    private void finish(InvokePhase phase) {
        var requestId = phase.invocation().requestId();
        var tail = log.log().takeTail(requestId);
        log.log().invocationEnds(requestId);
        phases.remove(phase);
        phase.end(tail);
    }
}
