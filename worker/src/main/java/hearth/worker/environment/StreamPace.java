package hearth.worker.environment;

import hearth.model.Bytes;
import java.util.concurrent.TimeUnit;

/// How fast an answer may be streamed.
///
/// @param burst what goes out as fast as the function makes it and the caller takes it
/// @param perSecond what goes out in each second once that is used up
public record StreamPace(Bytes burst, Bytes perSecond) {
    /// As AWS has it.
    public static final StreamPace AWS = new StreamPace(Bytes.mebibytes(6), Bytes.mebibytes(2));

    /// @throws IllegalArgumentException if nothing may go out
    public StreamPace {
        if (perSecond.count() <= 0) {
            throw new IllegalArgumentException("A streamed answer needs a bandwidth: " + perSecond);
        }
    }

    /// How long so many bytes take once the burst is used up.
    long nanosFor(long bytes) {
        return (long) ((double) bytes / (double) perSecond.count() * (double) TimeUnit.SECONDS.toNanos(1));
    }
}
