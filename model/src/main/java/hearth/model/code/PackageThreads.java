package hearth.model.code;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/// The few threads that check, unzip and hash deployment packages: one fewer than there are processors, so that
/// packages never keep invocations from all of them. Whoever has a package handled waits, and should be a virtual
/// thread: those are not time-sliced, and a few long computations on them would hold up all others.
public final class PackageThreads implements AutoCloseable {
    private final ExecutorService threads;

    /// @param count at least one
    /// @param factory of threads that give way to others
    public PackageThreads(int count, ThreadFactory factory) {
        this.threads = Executors.newFixedThreadPool(count, factory);
    }

    /// As many as a machine of so many processors has for packages.
    public static int count(int processors) {
        return Math.max(1, processors - 1);
    }

    /// A computation that may be refused, or fail to read what it works on.
    @FunctionalInterface
    public interface Computation<T, E extends Exception> {
        T run() throws E;
    }

    /// Waits until one of the threads has done the computation, also while interrupted: what it writes must not be left
    /// half done. Whoever was interrupted stays so.
    public <T, E extends Exception> T run(Computation<T, E> computation) throws E {
        boolean interrupted = false;
        Future<T> future = threads.submit((Callable<T>) computation::run);
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw PackageThreads.<E>failure(Objects.requireNonNull(e.getCause()));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The computation throws no other checked exception.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> E failure(Throwable cause) {
        switch (cause) {
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> {
                return (E) cause;
            }
        }
    }

    /// Waits for what is being computed.
    @Override
    public void close() {
        threads.close();
    }
}
