package hearth.invoke.metering;

import hearth.invoke.counting.ThrottleReason;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// A meter whose failures concern nobody: what it throws is logged, and the invocation that it was told of goes on.
public final class GuardedMeter implements InvocationMeter {
    private static final Logger LOG = System.getLogger(GuardedMeter.class.getName());

    private final InvocationMeter meter;

    public GuardedMeter(InvocationMeter meter) {
        this.meter = meter;
    }

    @Override
    public void throttled(FunctionId function, ThrottleReason reason) {
        try {
            meter.throttled(function, reason);
        } catch (Throwable defect) {
            met(defect);
        }
    }

    @Override
    public void recursionStopped(FunctionId function) {
        try {
            meter.recursionStopped(function);
        } catch (Throwable defect) {
            met(defect);
        }
    }

    @Override
    public void assigned(FunctionId function, long waitedNanos) {
        try {
            meter.assigned(function, waitedNanos);
        } catch (Throwable defect) {
            met(defect);
        }
    }

    @Override
    public void ended(FunctionVersion function, InvocationOutcome outcome, long nanos) {
        try {
            meter.ended(function, outcome, nanos);
        } catch (Throwable defect) {
            met(defect);
        }
    }

    @Override
    public void initialized(FunctionId function, Duration took) {
        try {
            meter.initialized(function, took);
        } catch (Throwable defect) {
            met(defect);
        }
    }

    @Override
    public void defect() {
        try {
            meter.defect();
        } catch (Throwable defect) {
            LOG.log(Level.ERROR, "A defect was not counted", defect);
        }
    }

    private void met(Throwable defect) {
        defect();
        LOG.log(Level.ERROR, "A meter of invocations failed", defect);
    }
}
