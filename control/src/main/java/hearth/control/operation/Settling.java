package hearth.control.operation;

import hearth.cluster.Store;
import hearth.cluster.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Brings things to rest, after the answer to whoever changed them. What the store cannot keep, as on a full disk, is
/// tried again until it can, and so is what meets a defect. What a crash cut short is resumed at the next start, or by
/// another server of the same store.
public final class Settling implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Settling.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    /// How often a server looks for what others have left on its way: they need much less for what they bring to its
    /// end.
    private static final Duration LOOK = Duration.ofSeconds(3);

    /// How long the end of this server waits for a store that says nothing.
    private static final Duration LAST_STEPS = Duration.ofSeconds(5);

    private final Store store;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();

    public Settling(Store store) {
        this.store = store;
    }

    /// Takes a step soon, and again each second until it throws nothing.
    ///
    /// @param subject of which the log tells when it takes longer
    public void start(Object subject, Runnable step) {
        var _ = tasks.submit(() -> {
            var failures = 0;
            while (!hasRun(subject, step, failures) && !closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                failures++;
            }
            return null;
        });
    }

    /// Looks again and again, up to twenty times a second, until something has happened that this server awaits.
    ///
    /// @param subject of which the log tells when it takes longer
    /// @param done whether it has, and what follows is kept
    public void repeat(Object subject, BooleanSupplier done) {
        var _ = tasks.submit(() -> {
            var over = new AtomicBoolean();
            var failures = 0;
            var pause = LOOK_AGAIN;
            while (!over.get() && !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                boolean ran = hasRun(subject, () -> over.set(done.getAsBoolean()), failures);
                failures = ran ? 0 : failures + 1;
                pause = ran ? LOOK_AGAIN : RETRY;
            }
            return null;
        });
    }

    private static boolean hasRun(Object subject, Runnable step, int failures) {
        try {
            step.run();
            return true;
        } catch (StoreException e) {
            if (failures == 0) {
                LOG.log(Level.WARNING, "{0} stays in transition while it cannot be kept: {1}", subject, e.getMessage());
            }
            return false;
        } catch (RuntimeException | Error e) {
            // Nobody waits for an answer, but everybody for the function.
            LOG.log(failures == 0 ? Level.ERROR : Level.DEBUG, subject + " stays in transition after a defect", e);
            return false;
        }
    }

    /// Waits until the other servers of the store have heard of what was committed before, as they do within that time.
    public void awaitOthers() {
        var pause = store.untilOthersHaveHeard();
        if (pause.isPositive()) {
            try {
                var _ = closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Takes up what was left on its way: now, and, where servers share the store, again and again what has been on its
    /// way for longer than a server needs that is still there.
    ///
    /// @param inTransition reads what is on its way
    public <T> void resume(Supplier<Set<T>> inTransition, Consumer<T> settle) {
        inTransition.get().forEach(settle);
        if (store.isShared()) {
            var _ = tasks.submit(() -> {
                Set<T> before = Set.of();
                while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    before = lookedAgain(before, inTransition, settle);
                }
                return null;
            });
        }
    }

    private static <T> Set<T> lookedAgain(Set<T> before, Supplier<Set<T>> inTransition, Consumer<T> settle) {
        try {
            var now = inTransition.get();
            var left = new HashSet<>(before);
            left.retainAll(now);
            left.forEach(settle);
            return now;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "What others have left in transition is looked for later", e);
            return before;
        }
    }

    /// Waits for the steps that were begun, and gives up those that the store refused.
    @Override
    public void close() {
        closing.countDown();
        tasks.shutdown();
        try {
            if (!tasks.awaitTermination(LAST_STEPS.toMillis(), TimeUnit.MILLISECONDS)) {
                tasks.shutdownNow();
            }
        } catch (InterruptedException e) {
            tasks.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
