package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.model.worker.ProcessorSample;
import hearth.worker.loops.LoopLateness;
import hearth.worker.sandbox.Sandbox;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the invocations of one environment take of memory and processors, as its sandbox is asked for now and then.
final class SandboxMeters {
    private final PeakMemory peakMemory;
    private final ProcessorMeter processors;
    private @Nullable ProcessorSample sample;

    SandboxMeters(Sandbox sandbox) {
        this.peakMemory = new PeakMemory(sandbox);
        this.processors = new ProcessorMeter(sandbox);
    }

    /// How much memory the sandbox took at most until the end of an invocation.
    Bytes peakMemory(Duration invocation, long nanos) {
        return peakMemory.after(invocation, nanos);
    }

    /// An invocation has ended.
    ///
    /// @param took how long it took, in nanoseconds, until its end was noticed
    void invoked(long took, long nanos) {
        var taken = processors.after(Math.max(0, took - LoopLateness.nanos()), nanos);
        if (taken != null) {
            sample = taken;
        }
    }

    /// What the invocations until now had of the processors; null unless there is news.
    @Nullable
    ProcessorSample takeProcessorSample() {
        var taken = sample;
        sample = null;
        return taken;
    }
}
