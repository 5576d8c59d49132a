package hearth.invoke.frontend;

import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import hearth.model.Routing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the frontend knows of functions: a read-through cache that changes invalidate.
///
/// Invoking must go on while the store is down. So an entry is never thrown away for its age: it is read again
/// while it serves, an invalidated one waits for the store's word, and if the store has none the last known
/// configuration serves. Missing functions are kept apart, so that a flood of wrong names drops no function; so is what
/// was read ahead, until somebody asks for it.
public final class FunctionCache implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FunctionCache.class.getName());
    private static final Lookup MISSING = new Lookup.Missing();

    /// The bytes that a function version takes which has no variables and no policies, and those of a variable without
    /// its texts.
    private static final int BARE = 1536;

    private static final int VARIABLE = 120;

    /// Guards the maps and what is in them; held for a few look-ups, never while the source or a listener is called.
    private final Object lock = new Object();

    private final QualifierMap<Entry> found;
    /// Those that nobody has asked for yet, none of which is in `found`.
    private final QualifierMap<Entry> ahead;
    /// By when each is to be asked for again.
    private final QualifierMap<Long> missing;
    /// Those whose result will be kept. An invalidated load is not among them, and goes on for its listeners.
    private final QualifierMap<Load> loads = new QualifierMap<>(Integer.MAX_VALUE);

    private final ChangeWaiters waiters = new ChangeWaiters();
    private boolean closed;

    /// So that an outage is logged once, not once for each request.
    private final AtomicBoolean sourceFails = new AtomicBoolean();

    private final FunctionCacheConfig config;
    private final FunctionSource source;
    private final Executor blocking;
    private final LongSupplier nanos;
    private final InvocationMeter meter;
    private final long begun;

    /// @param blocking runs what waits for the source
    /// @param nanos a clock that nobody sets
    public FunctionCache(
            FunctionCacheConfig config,
            FunctionSource source,
            Executor blocking,
            LongSupplier nanos,
            InvocationMeter meter) {
        this.found = new QualifierMap<>(config.entries());
        this.ahead = new QualifierMap<>(Math.toIntExact(config.ahead().count()), entry -> entry.weight);
        this.missing = new QualifierMap<>(config.missingEntries());
        this.config = config;
        this.source = source;
        this.blocking = blocking;
        this.nanos = nanos;
        this.meter = meter;
        this.begun = nanos.getAsLong();
    }

    /// Nanoseconds since this was made, so that moments can be compared as numbers.
    private long now() {
        return nanos.getAsLong() - begun;
    }

    /// Looks a function up, and tells the listener: at once on this thread if it is known, else on another.
    public void find(FunctionId function, String qualifier, Consumer<Lookup> listener) {
        var now = now();
        Lookup known;
        Load toRun = null;
        synchronized (lock) {
            var entry = asked(function, qualifier);
            known = entry != null && now < entry.usableUntil ? entry.lookup : missing(function, qualifier, now);
            if (known == null) {
                var load = loads.get(function, qualifier);
                if (load == null) {
                    load = begin(function, qualifier, false);
                    toRun = load;
                }
                load.listeners.add(listener);
            } else if (entry != null && now >= entry.refreshAt && loads.get(function, qualifier) == null) {
                toRun = begin(function, qualifier, false);
            }
        }
        if (toRun != null) {
            start(toRun);
        }
        if (known != null) {
            listener.accept(known);
        }
    }

    /// Guarded by the lock, as are those that follow. What was read ahead is from now on like all else.
    private @Nullable Entry asked(FunctionId function, String qualifier) {
        var entry = found.get(function, qualifier);
        if (entry == null) {
            entry = ahead.remove(function, qualifier);
            if (entry != null) {
                found.put(function, qualifier, entry);
            }
        }
        return entry;
    }

    private @Nullable Entry entry(FunctionId function, String qualifier) {
        var entry = found.get(function, qualifier);
        return entry == null ? ahead.get(function, qualifier) : entry;
    }

    private Load begin(FunctionId function, String qualifier, boolean isAhead) {
        var load = new Load(function, qualifier, isAhead);
        loads.put(function, qualifier, load);
        return load;
    }

    private @Nullable Lookup missing(FunctionId function, String qualifier, long now) {
        var askAgain = missing.get(function, qualifier);
        return askAgain != null && now < askAgain ? MISSING : null;
    }

    /// Reads what may soon be asked for, on this thread, unless it is known or being read already. It drops
    /// nothing that somebody has asked for.
    ///
    /// @return false if the store could not be read
    boolean readAhead(FunctionId function, String qualifier) {
        Load load;
        synchronized (lock) {
            var entry = entry(function, qualifier);
            if ((entry != null && now() < entry.usableUntil) || loads.get(function, qualifier) != null) {
                return true;
            }
            load = begin(function, qualifier, true);
        }
        var read = read(load);
        finish(load, read);
        return !(read instanceof Lookup.Unreachable);
    }

    /// Whether more can be read ahead without dropping what was; an eighth is left for functions that change.
    boolean hasRoomAhead() {
        synchronized (lock) {
            return ahead.weight() < config.ahead().count() / 8 * 7;
        }
    }

    /// The qualifiers of a function of which something is known, in no order.
    Set<String> known(FunctionId function) {
        synchronized (lock) {
            return Stream.of(found, ahead)
                    .flatMap(map -> map.of(function).keySet().stream())
                    .collect(Collectors.toUnmodifiableSet());
        }
    }

    /// How many versions and aliases are known, and can be invoked while the store is away.
    public int size() {
        synchronized (lock) {
            return found.size() + ahead.size();
        }
    }

    /// Has the task run on another thread once the function may be another than what the caller saw, which is at once
    /// if it was invalidated meanwhile, or after a while, seen at the next sweep.
    ///
    /// @param seen what `find` told
    /// @return false if nothing is waited for any more
    boolean awaitChange(FunctionId function, String qualifier, Lookup seen, Duration most, Runnable task) {
        var now = now();
        synchronized (lock) {
            if (closed) {
                return false;
            }
            var entry = found.get(function, qualifier);
            if (entry != null && entry.lookup.equals(seen) && now < entry.usableUntil) {
                waiters.add(function, now + most.toNanos(), task);
                return true;
            }
        }
        runElsewhere(List.of(task));
        return true;
    }

    /// Runs the tasks whose moment has come. To be called about once a second.
    public void sweep() {
        List<Runnable> due;
        synchronized (lock) {
            due = waiters.takeDue(now());
        }
        runElsewhere(due);
    }

    /// Runs all tasks that wait for a change; no other will.
    @Override
    public void close() {
        List<Runnable> all;
        synchronized (lock) {
            closed = true;
            all = waiters.takeDue(Long.MAX_VALUE);
        }
        runElsewhere(all);
    }

    /// Forgets what is known of a function's versions and aliases; what is being read now will not be kept.
    public void invalidate(FunctionId function) {
        List<Runnable> waited;
        synchronized (lock) {
            waited = waiters.take(function);
            found.of(function).values().forEach(entry -> entry.usableUntil = 0);
            ahead.of(function).values().forEach(entry -> entry.usableUntil = 0);
            missing.removeAll(function);
            loads.removeAll(function);
        }
        runElsewhere(waited);
    }

    /// Each task runs, on this thread if no other takes it.
    private void runElsewhere(List<Runnable> tasks) {
        for (var task : tasks) {
            try {
                execute(task, task);
            } catch (Throwable defect) {
                met("A task that waited for a change failed", defect);
            }
        }
    }

    private void execute(Runnable task, Runnable otherwise) {
        try {
            blocking.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.run();
        } catch (Throwable defect) {
            met("No thread can be had", defect);
            otherwise.run();
        }
    }

    private void start(Load load) {
        execute(
                () -> finish(load, read(load)),
                () -> finish(load, new Lookup.Unreachable(new RejectedExecutionException("No thread can be had"))));
    }

    private Lookup read(Load load) {
        try {
            var routing = source.find(load.function, load.qualifier);
            if (sourceFails.compareAndSet(true, false)) {
                LOG.log(Level.INFO, "The store can be read again");
            }
            return routing.<Lookup>map(Lookup.Found::new).orElse(MISSING);
        } catch (Throwable e) {
            if (sourceFails.compareAndSet(false, true)) {
                LOG.log(Level.WARNING, "The store cannot be read; what is cached serves on", e);
            }
            return new Lookup.Unreachable(e);
        }
    }

    private void finish(Load load, Lookup read) {
        Lookup answer;
        try {
            answer = kept(load, read);
        } catch (Throwable defect) {
            met("What was read of " + load.function + " cannot be kept", defect);
            answer = read;
        }
        for (var listener : load.listeners) {
            try {
                listener.accept(answer);
            } catch (Throwable defect) {
                met("A listener of " + load.function + " failed", defect);
            }
        }
    }

    private Lookup kept(Load load, Lookup read) {
        synchronized (lock) {
            if (loads.get(load.function, load.qualifier) == load) {
                var _ = loads.remove(load.function, load.qualifier);
                keep(load, read);
            }
            var entry = entry(load.function, load.qualifier);
            return read instanceof Lookup.Unreachable && entry != null ? entry.lookup : read;
        }
    }

    private void keep(Load load, Lookup read) {
        var function = load.function;
        var qualifier = load.qualifier;
        var now = now();
        switch (read) {
            case Lookup.Found(var routing) -> {
                boolean wasAsked = !load.isAhead
                        || !load.listeners.isEmpty()
                        || found.of(function).containsKey(qualifier);
                var entry = new Entry(routing, now, config);
                if (wasAsked) {
                    var _ = ahead.remove(function, qualifier);
                    found.put(function, qualifier, entry);
                } else {
                    ahead.put(function, qualifier, entry);
                }
                var _ = missing.remove(function, qualifier);
            }
            case Lookup.Missing _ -> {
                var _ = found.remove(function, qualifier);
                var _ = ahead.remove(function, qualifier);
                missing.put(function, qualifier, now + config.recheck().toNanos());
            }
            case Lookup.Unreachable _ -> {
                var entry = entry(function, qualifier);
                if (entry != null) {
                    // The last known configuration serves on, and the store is left alone for a moment.
                    entry.refreshAt = now + config.recheck().toNanos();
                    entry.usableUntil = Math.max(entry.usableUntil, entry.refreshAt);
                }
            }
        }
    }

    private void met(String what, Throwable defect) {
        meter.defect();
        LOG.log(Level.ERROR, what, defect);
    }

    private static final class Entry {
        final Lookup.Found lookup;
        /// In bytes, about.
        final int weight;
        /// When it is to be read again beside its use.
        long refreshAt;
        /// Until when it serves without asking the source first.
        long usableUntil;

        Entry(Routing routing, long now, FunctionCacheConfig config) {
            lookup = new Lookup.Found(routing);
            weight = weight(routing);
            refreshAt = now + config.refresh().toNanos();
            // One that is not active will be soon, and its callers try again.
            usableUntil =
                    routing.isActive() ? Long.MAX_VALUE : now + config.recheck().toNanos();
        }

        /// What all have alike is counted as `BARE`; these texts may be long.
        private static int weight(Routing routing) {
            var versions = Stream.concat(
                    Stream.of(routing.version()), routing.additional().map(Routing.Share::version).stream());
            var variables = versions.flatMap(version -> version.environment().entrySet().stream())
                    .mapToInt(variable -> VARIABLE
                            + variable.getKey().length()
                            + variable.getValue().length());
            return BARE
                    + variables.sum()
                    + routing.policies().stream().mapToInt(String::length).sum();
        }
    }

    /// One reading of the source, for all who asked meanwhile.
    private static final class Load {
        final FunctionId function;
        final String qualifier;
        /// Nobody had asked when it was begun.
        final boolean isAhead;
        /// Grows only while this is among `loads`.
        final List<Consumer<Lookup>> listeners = new ArrayList<>();

        Load(FunctionId function, String qualifier, boolean isAhead) {
            this.function = function;
            this.qualifier = qualifier;
            this.isAhead = isAhead;
        }
    }
}
