package hearth.conformance;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Someone who invokes a function all the while, on one connection, and wants to notice nothing of what others do.
final class Bystander implements AutoCloseable {
    private final URI endpoint;
    private final String function;
    private final Signature signature;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean enough;
    private long[] nanos = new long[1024];
    private volatile int count;

    private Bystander(URI endpoint, String function, Signature signature) {
        this.endpoint = endpoint;
        this.function = function;
        this.signature = signature;
        this.thread = Thread.ofPlatform().name("bystander").unstarted(this::run);
    }

    static Bystander watch(URI endpoint, String function, Signature signature) {
        var bystander = new Bystander(endpoint, function, signature);
        bystander.thread.start();
        return bystander;
    }

    private void run() {
        try (var wire = new Wire(endpoint)) {
            while (!enough) {
                var draft = new Draft("POST", "/2015-03-31/functions/" + function + "/invocations");
                draft.headers.add("Host: localhost");
                draft.body = count;
                signature.sign(draft);
                long start = System.nanoTime();
                var answer = wire.send(draft.toBytes()).read(false);
                note(System.nanoTime() - start);
                if (answer.status() != 200
                        || !answer.header("X-Amz-Function-Error").isEmpty()
                        || !answer.text().equals(Integer.toString(count - 1))) {
                    errors.add(answer.head() + answer.text());
                }
            }
        } catch (IOException e) {
            errors.add(e.toString());
        }
    }

    private void note(long took) {
        int noted = count;
        if (noted == nanos.length) {
            nanos = Arrays.copyOf(nanos, noted * 2);
        }
        nanos[noted] = took;
        count = noted + 1;
    }

    /// Ends the watch.
    ///
    /// @return what went wrong
    List<String> errors() {
        close();
        return List.copyOf(errors);
    }

    /// How long all but so many invocations of a hundred took, at most. After the end.
    ///
    /// @param from how many of the first not to look at
    Duration percentile(int percent, int from) {
        var sorted = Arrays.copyOfRange(nanos, Math.min(from, count), count);
        Arrays.sort(sorted);
        if (sorted.length == 0) {
            throw new IllegalStateException("There was no invocation");
        }
        return Duration.ofNanos(sorted[(sorted.length - 1) * percent / 100]);
    }

    /// How many invocations were answered so far.
    int count() {
        return count;
    }

    /// After the end.
    String summary() {
        var sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return count == 0
                ? "no invocation of a bystander"
                : "%d invocations of a bystander, p50 %.1f ms, p99 %.1f ms, longest %.1f ms"
                        .formatted(
                                count,
                                sorted[count / 2] / 1e6,
                                sorted[(int) (count * 0.99)] / 1e6,
                                sorted[count - 1] / 1e6);
    }

    @Override
    public void close() {
        enough = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
