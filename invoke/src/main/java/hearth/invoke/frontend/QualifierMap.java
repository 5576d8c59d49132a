package hearth.invoke.frontend;

import hearth.model.FunctionId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Values by function and qualifier. All of one function are together, so that it takes no walk over the others to
/// find them.
///
/// Beyond the limit those of the function that was used longest ago are dropped, or, of a function that has more than
/// there may be of all, its own that were used longest ago.
final class QualifierMap<V> {
    private final Map<FunctionId, Map<String, V>> functions = inOrderOfUse();
    private final int limit;
    private final ToIntFunction<V> weigher;
    private int size;
    private int weight;

    /// Of so many values.
    QualifierMap(int limit) {
        this(limit, _ -> 1);
    }

    /// Of values that weigh so much together.
    QualifierMap(int limit, ToIntFunction<V> weigher) {
        this.limit = limit;
        this.weigher = weigher;
    }

    @Nullable
    V get(FunctionId function, String qualifier) {
        return of(function).get(qualifier);
    }

    /// All of one function, by qualifier; not to be changed.
    Map<String, V> of(FunctionId function) {
        var known = functions.get(function);
        return known == null ? Map.of() : known;
    }

    void put(FunctionId function, String qualifier, V value) {
        var before = functions.computeIfAbsent(function, _ -> inOrderOfUse()).put(qualifier, value);
        if (before == null) {
            size++;
        } else {
            weight -= weigher.applyAsInt(before);
        }
        weight += weigher.applyAsInt(value);
        while (weight > limit) {
            dropOldest();
        }
    }

    /// What was there, if anything.
    @Nullable
    V remove(FunctionId function, String qualifier) {
        var known = functions.get(function);
        var removed = known == null ? null : known.remove(qualifier);
        if (known == null || removed == null) {
            return null;
        }
        size--;
        weight -= weigher.applyAsInt(removed);
        if (known.isEmpty()) {
            functions.remove(function);
        }
        return removed;
    }

    void removeAll(FunctionId function) {
        var removed = functions.remove(function);
        if (removed != null) {
            size -= removed.size();
            removed.values().forEach(value -> weight -= weigher.applyAsInt(value));
        }
    }

    int size() {
        return size;
    }

    int weight() {
        return weight;
    }

    private void dropOldest() {
        var oldest = functions.entrySet().iterator().next();
        if (functions.size() > 1) {
            removeAll(oldest.getKey());
        } else {
            var _ = remove(
                    oldest.getKey(), oldest.getValue().keySet().iterator().next());
        }
    }

    private static <K, T> Map<K, T> inOrderOfUse() {
        return new LinkedHashMap<>(2, 0.75f, true);
    }
}
