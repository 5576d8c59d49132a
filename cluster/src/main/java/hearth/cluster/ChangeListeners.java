package hearth.cluster;

import hearth.model.FunctionId;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The listeners that are told of committed changes of functions.
///
/// Each is told behind a guard of its own: one that throws keeps no other from hearing, and neither undoes the commit
/// nor ends the thread that writes.
final class ChangeListeners {
    private static final System.Logger LOG = System.getLogger(ChangeListeners.class.getName());

    private final List<Consumer<FunctionId>> ofAll = new CopyOnWriteArrayList<>();
    private final Map<String, List<Consumer<FunctionId>>> ofSettings = new ConcurrentHashMap<>();
    private final LongAdder failures = new LongAdder();

    /// The listener hears of every change.
    void add(Consumer<FunctionId> listener) {
        ofAll.add(listener);
    }

    /// The listener hears of changes of one kind of setting.
    void add(Setting<?> setting, Consumer<FunctionId> listener) {
        ofSettings
                .computeIfAbsent(setting.kind(), _ -> new CopyOnWriteArrayList<>())
                .add(listener);
    }

    /// How often one of them threw.
    long failures() {
        return failures.sum();
    }

    /// @param settings the kinds of settings that changed with the function
    /// @return whether none of them threw
    boolean tell(FunctionId function, Collection<String> settings) {
        boolean heard = true;
        for (var kind : settings) {
            heard &= tell(ofSettings.getOrDefault(kind, List.of()), function);
        }
        return tell(ofAll, function) && heard;
    }

    private boolean tell(List<Consumer<FunctionId>> listeners, FunctionId function) {
        boolean heard = true;
        for (var listener : listeners) {
            heard &= guarded(listener, function);
        }
        return heard;
    }

    private boolean guarded(Consumer<FunctionId> listener, FunctionId function) {
        try {
            listener.accept(function);
            return true;
        } catch (RuntimeException | Error e) {
            failures.increment();
            LOG.log(Level.ERROR, "A listener failed on a committed change of " + function, e);
            return false;
        }
    }
}
