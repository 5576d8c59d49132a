package hearth.worker.environment;

import hearth.model.worker.ProcessorSample;
import hearth.worker.sandbox.ProcessorTimes;
import hearth.worker.sandbox.Sandbox;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Measures now and then how much of its time an environment's invocations are on a processor.
///
/// Asking the kernel takes as long as a short invocation, so it is done four times a second at most, for all
/// invocations since the last time. What a processor was waited for is no time of theirs: else a function that only
/// computes would seem to wait for something when many of its kind do.
final class ProcessorMeter {
    private static final long INTERVAL = Duration.ofMillis(250).toNanos();

    private final Supplier<@Nullable ProcessorTimes> sandbox;
    private @Nullable ProcessorTimes before;
    private boolean asked;
    private long askedAt;
    /// How long the invocations took since then.
    private long taken;

    ProcessorMeter(Sandbox sandbox) {
        this(sandbox::processorTimes);
    }

    ProcessorMeter(Supplier<@Nullable ProcessorTimes> sandbox) {
        this.sandbox = sandbox;
    }

    /// An invocation has ended.
    ///
    /// @param took how long it took, in nanoseconds, without the time until we noticed
    /// @param now on the loop's clock
    /// @return null unless it was time to look
    @Nullable
    ProcessorSample after(long took, long now) {
        taken += took;
        if (asked && now - askedAt < INTERVAL) {
            return null;
        }
        var times = sandbox.get();
        var sample = before == null || times == null ? null : sample(before, times);
        asked = true;
        askedAt = now;
        before = times;
        taken = 0;
        return sample;
    }

    private @Nullable ProcessorSample sample(ProcessorTimes before, ProcessorTimes now) {
        if (!before.thread().equals(now.thread()) || now.running().compareTo(before.running()) < 0) {
            return null;
        }
        var running = now.running().minus(before.running());
        var unhindered = Duration.ofNanos(taken).minus(now.waiting().minus(before.waiting()));
        return new ProcessorSample(running, unhindered.compareTo(running) > 0 ? unhindered : running);
    }
}
