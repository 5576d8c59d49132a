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
/// invocations since the last time. What a processor was waited for is no time of theirs: else a function that
/// only computes would seem to wait for something when many of its kind do.
final class ProcessorMeter {
    private static final long INTERVAL = Duration.ofMillis(250).toNanos();

    private final Supplier<@Nullable ProcessorTimes> sandbox;
    private final Supplier<ProcessorTimes> loop;
    private @Nullable ProcessorTimes before;
    private ProcessorTimes loopBefore = new ProcessorTimes(Duration.ZERO, Duration.ZERO);
    private boolean asked;
    private long askedAt;
    /// How long the invocations took since then.
    private long taken;

    ProcessorMeter(Sandbox sandbox) {
        this(sandbox::processorTimes, ProcessorTimes::ofThisThread);
    }

    /// @param loop tells of the thread that calls
    ProcessorMeter(Supplier<@Nullable ProcessorTimes> sandbox, Supplier<ProcessorTimes> loop) {
        this.sandbox = sandbox;
        this.loop = loop;
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
        var loopTimes = loop.get();
        var sample = before == null || times == null
                ? null
                : sample(before, times, late(loopTimes.waiting().minus(loopBefore.waiting()), now - askedAt));
        asked = true;
        askedAt = now;
        before = times;
        loopBefore = loopTimes;
        taken = 0;
        return sample;
    }

    /// For how long invocations had ended and we waited for a processor ourselves: as much of our wait as they
    /// took of the time.
    private Duration late(Duration waited, long time) {
        return Duration.ofNanos((long) (waited.toNanos() * Math.min(1, (double) taken / time)));
    }

    private @Nullable ProcessorSample sample(ProcessorTimes before, ProcessorTimes now, Duration late) {
        var running = now.running().minus(before.running());
        var waiting = now.waiting().minus(before.waiting());
        if (running.isNegative() || waiting.isNegative()) {
            // A thread has ended, and took its count with it.
            return null;
        }
        var unhindered = Duration.ofNanos(taken).minus(waiting).minus(late);
        return new ProcessorSample(running, unhindered.compareTo(running) > 0 ? unhindered : running);
    }
}
