package hearth.cluster;

import hearth.model.FunctionId;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Remembers what was read of functions for as long as they do not change, so that looking again costs no query.
///
/// Whoever asks never gets what is older than the last change that was acknowledged before. Each change counts the
/// stamp of its function up, after the commit and before the acknowledgement; what was read carries the stamp from
/// before the reading, and is good as long as the stamp is the same.
///
/// Bounded: a table in which two that meet in one place take turns.
public final class FunctionMemory<T> {
    private static final int PLACES = 1 << 10;

    private final AtomicLongArray stamps = new AtomicLongArray(PLACES);
    private final AtomicReferenceArray<@Nullable Entry<T>> entries = new AtomicReferenceArray<>(PLACES);

    private record Entry<T>(FunctionId function, String aspect, long stamp, T value) {}

    public FunctionMemory(FunctionStore functions) {
        functions.onChange(this::changed);
    }

    /// @param aspect which of the things that may be read of a function
    /// @param read reads it from the store; what it throws is not remembered
    public T get(FunctionId function, String aspect, Supplier<T> read) {
        int hash = function.hashCode();
        long stamp = stamps.get(place(hash));
        int place = place(31 * hash + aspect.hashCode());
        var entry = entries.get(place);
        if (entry != null && entry.stamp == stamp && entry.function.equals(function) && entry.aspect.equals(aspect)) {
            return entry.value;
        }
        T value = read.get();
        entries.set(place, new Entry<>(function, aspect, stamp, value));
        return value;
    }

    private void changed(FunctionId function) {
        stamps.incrementAndGet(place(function.hashCode()));
    }

    private static int place(int hash) {
        return (hash ^ hash >>> 16) & (PLACES - 1);
    }
}
