package hearth.invoke.frontend;

import hearth.model.FunctionId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values by function and qualifier. All of one function are together, so that it takes no walk over the others to
/// find them.
///
/// Beyond the limit those of the function that was used longest ago are dropped, or, of a function that has more than
/// there may be of all, its own that were used longest ago.
final class QualifierMap<V> {
    private final Map<FunctionId, Map<String, V>> functions = inOrderOfUse();
    private final int limit;
    private int size;

    QualifierMap(int limit) {
        this.limit = limit;
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
        if (functions.computeIfAbsent(function, _ -> inOrderOfUse()).put(qualifier, value) == null) {
            size++;
            while (size > limit) {
                dropOldest();
            }
        }
    }

    void remove(FunctionId function, String qualifier) {
        var known = functions.get(function);
        if (known != null && known.remove(qualifier) != null) {
            size--;
            if (known.isEmpty()) {
                functions.remove(function);
            }
        }
    }

    void removeAll(FunctionId function) {
        var removed = functions.remove(function);
        if (removed != null) {
            size -= removed.size();
        }
    }

    int size() {
        return size;
    }

    private void dropOldest() {
        var oldest = functions.entrySet().iterator().next();
        if (functions.size() > 1) {
            removeAll(oldest.getKey());
        } else {
            remove(oldest.getKey(), oldest.getValue().keySet().iterator().next());
        }
    }

    private static <K, T> Map<K, T> inOrderOfUse() {
        return new LinkedHashMap<>(2, 0.75f, true);
    }
}
