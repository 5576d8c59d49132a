package hearth.worker.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What pid 1 of a machine has answered while that came up. Each answer comes once, and not before it was asked for.
final class GuestAnswers {
    static final char PREPARED = 'P';
    static final char CONNECTED = 'N';
    static final char READY = 'R';

    private final Map<Character, CompletableFuture<Boolean>> given = Map.of(
            PREPARED,
            new CompletableFuture<>(),
            CONNECTED,
            new CompletableFuture<>(),
            READY,
            new CompletableFuture<>());
    private char awaited; // guarded by this

    /// The next answer is to be this.
    synchronized void expect(char answer) {
        awaited = answer;
    }

    synchronized void heard(char answer) throws IOException {
        if (awaited != answer || !of(answer).complete(true)) {
            throw new IOException("the guest says %c, and nobody asked".formatted(answer));
        }
    }

    void await(char answer, Duration patience) throws ExecutionException, TimeoutException, InterruptedException {
        of(answer).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// No more come.
    void end(String why) {
        given.values().forEach(answer -> answer.completeExceptionally(new IOException(why)));
    }

    private CompletableFuture<Boolean> of(char answer) {
        var future = given.get(answer);
        if (future == null) {
            throw new IllegalArgumentException("no answer: " + answer);
        }
        return future;
    }
}
