package hearth.invoke.frontend;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/// Runs what it is given when the test says so.
final class QueuedExecutor implements Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    int size() {
        return tasks.size();
    }

    void runOne() {
        tasks.removeFirst().run();
    }

    void runAll() {
        while (!tasks.isEmpty()) {
            runOne();
        }
    }
}
