package hearth.invoke;

import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Remembers what it was told.
public final class RecordedMeter implements InvocationMeter {
    public final List<String> told = new ArrayList<>();

    @Override
    public void throttled(FunctionId function, ThrottleReason reason) {
        told.add(function.name() + " throttled " + reason.wireName());
    }

    @Override
    public void assigned(FunctionId function, long waitedNanos) {
        told.add(function.name() + " assigned" + (waitedNanos < 0 ? " before it asked" : ""));
    }

    @Override
    public void ended(FunctionVersion function, InvocationOutcome outcome, long nanos) {
        told.add(function.function().name() + " ended " + outcome.getClass().getSimpleName()
                + (nanos < 0 ? " before it began" : ""));
    }

    @Override
    public void initialized(FunctionId function, Duration took) {
        told.add(function.name() + " initialized in " + took);
    }

    @Override
    public void defect() {
        told.add("defect");
    }
}
