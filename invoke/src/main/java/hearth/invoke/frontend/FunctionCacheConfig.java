package hearth.invoke.frontend;

import hearth.model.Bytes;
import java.time.Duration;

/// How much of the store the frontend remembers, and for how long.
///
/// @param entries functions by qualifier, at most; those used longest ago are dropped
/// @param missingEntries the same for names that turned out not to exist
/// @param ahead what may be taken, about, by those that were read before anybody asked for them; of which those that
///     were read longest ago are dropped
/// @param refresh after how long an entry is read again, beside its use: for changes that nobody told of
/// @param recheck after how long a missing or not active function is asked for again, and how long the store is
///     left alone after it failed
public record FunctionCacheConfig(int entries, int missingEntries, Bytes ahead, Duration refresh, Duration recheck) {
    public static final FunctionCacheConfig DEFAULT =
            new FunctionCacheConfig(10_000, 1_000, Bytes.mebibytes(16), Duration.ofSeconds(30), Duration.ofSeconds(1));
}
