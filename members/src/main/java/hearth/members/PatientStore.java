package hearth.members;

import hearth.cluster.MemberStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The members' store, for those who cannot wait long for it. A question that it has not answered goes on on a
/// thread of its own until the database's client gives it up; who asked is told at once.
final class PatientStore {
    private static final Executor THREADS =
            work -> Thread.ofVirtual().name("members-store").start(work);

    private final MemberStore store;
    private volatile long answered = System.nanoTime();

    PatientStore(MemberStore store) {
        this.store = store;
    }

    /// @return fails when the database does not answer in time, and with what the store threw
    <T> CompletableFuture<T> ask(Function<MemberStore, T> question, Duration patience) {
        return CompletableFuture.supplyAsync(() -> question.apply(store), THREADS)
                .thenApply(answer -> {
                    answered = System.nanoTime();
                    return answer;
                })
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Asks, and waits for the answer.
    ///
    /// @throws StoreAwayException when there is none
    <T> T answer(Function<MemberStore, T> question, Duration patience) throws StoreAwayException {
        try {
            return ask(question, patience).join();
        } catch (CompletionException e) {
            throw new StoreAwayException(e.getCause() == null ? e : e.getCause());
        }
    }

    /// How long the database has answered nothing.
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - answered);
    }

    /// The database does not answer, or cannot do what it is asked for.
    static final class StoreAwayException extends Exception {
        StoreAwayException(Throwable cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }
}
