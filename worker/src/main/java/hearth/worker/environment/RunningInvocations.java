package hearth.worker.environment;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.worker.logs.PlatformRecord;
import hearth.worker.runtimeapi.RuntimePost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The invocations that run in an environment, by their request ids: how each begins and ends, and what the log says
/// of it.
///
/// Belongs to the environment's loop. One at a time is all that is offered today, so a look-up compares with each.
final class RunningInvocations {
    private final EnvironmentLog log;
    private final Duration timeout;
    private final ArrayList<InvokePhase> phases = new ArrayList<>(1);
    /// How long a successful INIT took, until the first invocation has reported it.
    private @Nullable Duration unreportedInit;

    /// @param timeout of the function
    RunningInvocations(EnvironmentLog log, Duration timeout) {
        this.log = log;
        this.timeout = timeout;
    }

    boolean isEmpty() {
        return phases.isEmpty();
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
    boolean keepBodies() {
        for (var phase : phases) {
            if (phase.invocation().wantsLogTail()) {
                return true;
            }
        }
        return false;
    }

    /// Does something with all that run now, whatever becomes of them meanwhile.
    void forEach(Consumer<InvokePhase> action) {
        List.copyOf(phases).forEach(action);
    }

    /// The environment is initialised: its first invocation reports how long that took.
    void initialised(Duration took) {
        unreportedInit = took;
    }

    void begin(InvokePhase phase, long nanos) {
        phases.add(phase);
        phase.begin(nanos, timeout);
        if (phase.invocation().wantsLogTail()) {
            log.log().startTail();
        }
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

    /// The time of those that run is up. They end when their runtime has.
    void timeOut() {
        forEach(phase -> {
            log.log().platform(new PlatformRecord.TimedOut(phase.invocation().requestId(), timeout));
            phase.timedOut(timeout);
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
        runtime.drainOutput();
        var duration = phase.duration(nanos);
        runtime.invoked(phase.elapsed(nanos).toNanos(), nanos);
        log.invokeEnded(phase, duration, runtime.peakMemory(duration, nanos), unreportedInit);
        unreportedInit = null;
        finish(phase);
    }

    private void finish(InvokePhase phase) {
        var tail = log.log().endTail();
        phases.remove(phase);
        phase.end(tail);
    }
}
