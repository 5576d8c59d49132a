package hearth.cluster;

import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Runs tasks at once and fails when one of them does.
final class Concurrently {
    /// One of several tasks.
    interface Task {
        void run(int number) throws Exception;
    }

    private Concurrently() {}

    static void run(int tasks, Task task) throws ExecutionException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            for (int number = 0; number < tasks; number++) {
                int mine = number;
                running.add(threads.submit(() -> {
                    task.run(mine);
                    return null;
                }));
            }
            for (var each : running) {
                each.get();
            }
        }
    }
}
