package hearth.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Callers that begin at the same moment, each with one call.
final class Callers {
    private Callers() {}

    interface Call {
        void run(int number) throws IOException;
    }

    /// @return when the last was answered, on the clock of `System.nanoTime`
    static long atOnce(int callers, Call call) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int i = 0; i < callers; i++) {
                var number = i;
                calls.add(threads.submit(() -> {
                    call.run(number);
                    return null;
                }));
            }
            for (var each : calls) {
                each.get();
            }
        }
        return System.nanoTime();
    }
}
