package hearth.invoke.frontend;

import hearth.invoke.workermanager.WorkerManager;
import hearth.model.FunctionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads functions into the FunctionCache before anybody asks for them, so that they can be invoked while the store is
/// away: at the start those that changed last, as long as there is room, and from then on each that changes.
///
/// One after the other, each after a pause at least as long as reading the one before took: whatever changes, it costs
/// the store half of one connection at most. It is a help and no more: what it leaves out is read when it is invoked.
public final class ReadAhead implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ReadAhead.class.getName());

    /// How many functions may wait to be read again. Of more the first are left out.
    static final int MOST_WAITING = 10_000;

    /// How many functions are looked at when it begins; there is room for fewer.
    static final int MOST_AT_FIRST = 10_000;

    /// How many aliases and versions are read of each function, and how many qualifiers in all, with those that were
    /// known before.
    static final int ALIASES = 10;

    static final int VERSIONS = 3;
    static final int QUALIFIERS = 30;

    static final Duration PAUSE = Duration.ofMillis(10);

    /// The pause after the store could not be read, which doubles each time.
    static final Duration FIRST_PAUSE_OF_FAILURE = Duration.ofSeconds(1);

    static final Duration LONGEST_PAUSE_OF_FAILURE = Duration.ofSeconds(8);

    private final FunctionCache cache;
    private final FunctionCatalog catalog;
    private final Executor blocking;
    private final WorkerManager.Alarm alarm;
    private final LongSupplier nanos;

    /// Those that changed, in order. This and what follows is guarded by this.
    private final LinkedHashSet<FunctionId> changed = new LinkedHashSet<>();

    /// What is left of those that had changed last when this began; null until they are known.
    private @Nullable ArrayDeque<FunctionId> first;

    /// Whether a step is under way, or will be.
    private boolean isAtWork;

    private boolean closed;

    /// The step's own.
    private Duration pauseOfFailure = FIRST_PAUSE_OF_FAILURE;

    /// @param blocking runs what waits for the store
    /// @param nanos a clock that nobody sets
    public ReadAhead(
            FunctionCache cache,
            FunctionCatalog catalog,
            Executor blocking,
            WorkerManager.Alarm alarm,
            LongSupplier nanos) {
        this.cache = cache;
        this.catalog = catalog;
        this.blocking = blocking;
        this.alarm = alarm;
        this.nanos = nanos;
    }

    /// Reads those that changed last. Does not block.
    public void begin() {
        goOn();
    }

    /// Reads a function soon that has changed, and that the cache was told to read again. Does not block.
    public void changed(FunctionId function) {
        add(function);
        goOn();
    }

    private synchronized void add(FunctionId function) {
        if (changed.add(function) && changed.size() > MOST_WAITING) {
            var _ = changed.removeFirst();
        }
    }

    private void goOn() {
        synchronized (this) {
            if (isAtWork || closed) {
                return;
            }
            isAtWork = true;
        }
        execute();
    }

    private void execute() {
        try {
            blocking.execute(this::step);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "Nothing is read ahead until a function changes", e);
            stop();
        }
    }

    private synchronized void stop() {
        isAtWork = false;
    }

    /// What there is to do: read a function, or first of all which there are.
    private record Step(@Nullable FunctionId function) {}

    private void step() {
        long began = nanos.getAsLong();
        var step = next(cache.hasRoomAhead());
        if (step == null) {
            return;
        }
        var pause = isDone(step) ? pauseAfter(began) : pauseAfterFailure(step);
        try {
            alarm.after(pause, this::execute);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "The server stops", e);
        }
    }

    /// @param room whether what nobody has changed may be read too
    private synchronized @Nullable Step next(boolean room) {
        if (!closed) {
            if (first == null) {
                return new Step(null);
            }
            if (!changed.isEmpty()) {
                return new Step(changed.removeFirst());
            }
            if (!room) {
                first.clear();
            }
            if (!first.isEmpty()) {
                return new Step(first.removeFirst());
            }
        }
        isAtWork = false;
        return null;
    }

    private boolean isDone(Step step) {
        try {
            if (step.function == null) {
                list(catalog.changedLast(MOST_AT_FIRST));
                return true;
            }
            return read(step.function);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "A function cannot be read ahead, and is tried again", e);
            return false;
        }
    }

    private synchronized void list(List<FunctionId> functions) {
        first = new ArrayDeque<>(functions);
    }

    private boolean read(FunctionId function) {
        var likely = catalog.qualifiers(function, ALIASES, VERSIONS).stream();
        return Stream.concat(likely, cache.known(function).stream())
                .distinct()
                .limit(QUALIFIERS)
                .allMatch(qualifier -> cache.readAhead(function, qualifier));
    }

    private Duration pauseAfter(long began) {
        pauseOfFailure = FIRST_PAUSE_OF_FAILURE;
        var took = Duration.ofNanos(nanos.getAsLong() - began);
        return took.compareTo(PAUSE) > 0 ? took : PAUSE;
    }

    /// The function goes to the end, since it may be one that cannot be read while others can.
    private Duration pauseAfterFailure(Step step) {
        if (step.function != null) {
            add(step.function);
        }
        var pause = pauseOfFailure;
        var next = pause.multipliedBy(2);
        pauseOfFailure = next.compareTo(LONGEST_PAUSE_OF_FAILURE) < 0 ? next : LONGEST_PAUSE_OF_FAILURE;
        return pause;
    }

    /// What is being read now comes to its end.
    @Override
    public synchronized void close() {
        closed = true;
    }
}
