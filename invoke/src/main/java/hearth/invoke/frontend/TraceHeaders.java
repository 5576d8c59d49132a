package hearth.invoke.frontend;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes `X-Amzn-Trace-Id` for requests that bring none: unsampled, as in mode PassThrough.
///
/// Trace ids need to differ, and need not be secret. So one random number starts a sequence that any thread
/// advances without a lock (SplitMix64).
public final class TraceHeaders {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final AtomicLong sequence;
    private final InstantSource clock;

    public TraceHeaders(RandomGenerator random, InstantSource clock) {
        this.sequence = new AtomicLong(random.nextLong());
        this.clock = clock;
    }

    /// The caller's own header, or a new one if there is none that could be a header towards the runtime.
    public String headerFor(@Nullable String given) {
        return given == null || given.isBlank() || !isPrintable(given) ? make() : given;
    }

    private String make() {
        var hex = HexFormat.of();
        return "Root=1-" + hex.toHexDigits((int) (clock.millis() / 1000))
                + "-" + hex.toHexDigits(next()) + hex.toHexDigits((int) next())
                + ";Parent=" + hex.toHexDigits(next())
                + ";Sampled=0";
    }

    private long next() {
        var z = sequence.addAndGet(GOLDEN_GAMMA);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static boolean isPrintable(String header) {
        return header.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }
}
