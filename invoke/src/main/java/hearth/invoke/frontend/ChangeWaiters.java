package hearth.invoke.frontend;

import hearth.model.FunctionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Tasks that wait for a function to change, each until a moment of its own. Guarded by the FunctionCache's lock.
final class ChangeWaiters {
    private final Map<FunctionId, List<Waiter>> waiters = new HashMap<>();

    /// @param until by the FunctionCache's clock
    private record Waiter(long until, Runnable task) {}

    void add(FunctionId function, long until, Runnable task) {
        waiters.computeIfAbsent(function, _ -> new ArrayList<>()).add(new Waiter(until, task));
    }

    /// Takes out those that wait for this function.
    List<Runnable> take(FunctionId function) {
        var taken = waiters.remove(function);
        return taken == null ? List.of() : taken.stream().map(Waiter::task).toList();
    }

    /// Takes out those whose moment has come.
    List<Runnable> takeDue(long now) {
        var due = new ArrayList<Runnable>();
        for (var ofOne : waiters.values()) {
            ofOne.removeIf(waiter -> waiter.until <= now && due.add(waiter.task));
        }
        waiters.values().removeIf(List::isEmpty);
        return due;
    }
}
