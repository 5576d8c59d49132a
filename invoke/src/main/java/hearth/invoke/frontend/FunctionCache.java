package hearth.invoke.frontend;

import hearth.model.FunctionId;
import hearth.model.Routing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the frontend knows of functions: a read-through cache that changes invalidate.
///
/// Invoking must go on while the store is down. So an entry is never thrown away for its age: it is read again
/// while it serves, an invalidated one waits for the store's word, and if the store has none the last known
/// configuration serves. Missing functions are kept apart, so that a flood of wrong names drops no function.
public final class FunctionCache implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FunctionCache.class.getName());

    /// Guards the maps and what is in them; held for a few look-ups, never while the source or a listener is called.
    private final Object lock = new Object();

    private final Map<Key, Entry> found;
    /// By when each is to be asked for again, in epoch milliseconds.
    private final Map<Key, Long> missing;
    /// Those whose result will be kept. An invalidated load is not among them, and goes on for its listeners.
    private final Map<Key, Load> loads = new HashMap<>();
    private final ChangeWaiters waiters = new ChangeWaiters();
    private boolean closed;

    /// So that an outage is logged once, not once for each request.
    private final AtomicBoolean sourceFails = new AtomicBoolean();

    private final FunctionCacheConfig config;
    private final FunctionSource source;
    private final Executor blocking;
    private final InstantSource clock;

    /// @param blocking runs what waits for the source
    public FunctionCache(FunctionCacheConfig config, FunctionSource source, Executor blocking, InstantSource clock) {
        this.found = new LeastRecentlyUsed<>(config.entries());
        this.missing = new LeastRecentlyUsed<>(config.missingEntries());
        this.config = config;
        this.source = source;
        this.blocking = blocking;
        this.clock = clock;
    }

    /// Looks a function up, and tells the listener: at once on this thread if it is known, else on another.
    public void find(FunctionId function, String qualifier, Consumer<Lookup> listener) {
        var key = new Key(function, qualifier);
        var now = clock.millis();
        Optional<Lookup> known;
        Optional<Load> toRun = Optional.empty();
        synchronized (lock) {
            known = known(key, now);
            if (known.isEmpty()) {
                var load = loads.get(key);
                if (load == null) {
                    load = new Load(key);
                    loads.put(key, load);
                    toRun = Optional.of(load);
                }
                load.listeners.add(listener);
            } else if (isDueForRefresh(key, now)) {
                var load = new Load(key);
                loads.put(key, load);
                toRun = Optional.of(load);
            }
        }
        toRun.ifPresent(this::start);
        known.ifPresent(listener);
    }

    /// Has the task run on another thread once the function may be another than what the caller saw, which is at once
    /// if it was invalidated meanwhile, or at the given moment, seen at the next sweep.
    ///
    /// @param seen what `find` told
    /// @param until in epoch milliseconds
    /// @return false if nothing is waited for any more
    boolean awaitChange(FunctionId function, String qualifier, Lookup seen, long until, Runnable task) {
        synchronized (lock) {
            if (closed) {
                return false;
            }
            var entry = found.get(new Key(function, qualifier));
            if (entry != null && entry.lookup.equals(seen) && clock.millis() < entry.usableUntil) {
                waiters.add(function, until, task);
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
            due = waiters.takeDue(clock.millis());
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
            found.forEach((key, entry) -> {
                if (key.function.equals(function)) {
                    entry.usableUntil = 0;
                }
            });
            missing.keySet().removeIf(key -> key.function.equals(function));
            loads.keySet().removeIf(key -> key.function.equals(function));
        }
        runElsewhere(waited);
    }

    private void runElsewhere(List<Runnable> tasks) {
        for (var task : tasks) {
            try {
                blocking.execute(task);
            } catch (RejectedExecutionException e) {
                task.run();
            }
        }
    }

    private Optional<Lookup> known(Key key, long now) {
        var entry = found.get(key);
        if (entry != null && now < entry.usableUntil) {
            return Optional.of(entry.lookup);
        }
        var askAgain = missing.get(key);
        return askAgain != null && now < askAgain ? Optional.of(new Lookup.Missing()) : Optional.empty();
    }

    private boolean isDueForRefresh(Key key, long now) {
        var entry = found.get(key);
        return entry != null && now >= entry.refreshAt && !loads.containsKey(key);
    }

    private void start(Load load) {
        try {
            blocking.execute(() -> finish(load, read(load.key)));
        } catch (RejectedExecutionException e) {
            finish(load, new Lookup.Unreachable(e));
        }
    }

    private Lookup read(Key key) {
        try {
            var routing = source.find(key.function, key.qualifier);
            if (sourceFails.compareAndSet(true, false)) {
                LOG.log(Level.INFO, "The store can be read again");
            }
            return routing.<Lookup>map(Lookup.Found::new).orElseGet(Lookup.Missing::new);
        } catch (RuntimeException | Error e) {
            if (sourceFails.compareAndSet(false, true)) {
                LOG.log(Level.WARNING, "The store cannot be read; what is cached serves on", e);
            }
            return new Lookup.Unreachable(e);
        }
    }

    private void finish(Load load, Lookup read) {
        Lookup answer;
        synchronized (lock) {
            if (loads.remove(load.key, load)) {
                keep(load.key, read);
            }
            answer = orLastKnown(load.key, read);
        }
        for (var listener : load.listeners) {
            try {
                listener.accept(answer);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "A listener of " + load.key.function + " failed", e);
            }
        }
    }

    private Lookup orLastKnown(Key key, Lookup read) {
        var entry = found.get(key);
        return read instanceof Lookup.Unreachable && entry != null ? entry.lookup : read;
    }

    private void keep(Key key, Lookup read) {
        var now = clock.millis();
        switch (read) {
            case Lookup.Found(var routing) -> {
                found.put(key, new Entry(routing, now, config));
                missing.remove(key);
            }
            case Lookup.Missing _ -> {
                found.remove(key);
                missing.put(key, now + config.recheck().toMillis());
            }
            case Lookup.Unreachable _ -> {
                var entry = found.get(key);
                if (entry != null) {
                    // The last known configuration serves on, and the store is left alone for a moment.
                    entry.refreshAt = now + config.recheck().toMillis();
                    entry.usableUntil = Math.max(entry.usableUntil, entry.refreshAt);
                }
            }
        }
    }

    private record Key(FunctionId function, String qualifier) {}

    private static final class Entry {
        final Lookup.Found lookup;
        /// When it is to be read again beside its use, in epoch milliseconds.
        long refreshAt;
        /// Until when it serves without asking the source first, in epoch milliseconds.
        long usableUntil;

        Entry(Routing routing, long now, FunctionCacheConfig config) {
            lookup = new Lookup.Found(routing);
            refreshAt = now + config.refresh().toMillis();
            // One that is not active will be soon, and its callers try again.
            usableUntil =
                    routing.isActive() ? Long.MAX_VALUE : now + config.recheck().toMillis();
        }
    }

    /// One reading of the source, for all who asked meanwhile.
    private static final class Load {
        final Key key;
        /// Grows only while this is among `loads`.
        final List<Consumer<Lookup>> listeners = new ArrayList<>();

        Load(Key key) {
            this.key = key;
        }
    }

    private static final class LeastRecentlyUsed<K, V> extends LinkedHashMap<K, V> {
        private final int limit;

        LeastRecentlyUsed(int limit) {
            super(16, 0.75f, true);
            this.limit = limit;
        }

        @Override
        protected boolean removeEldestEntry(Map.@Nullable Entry<K, V> eldest) {
            return size() > limit;
        }
    }
}
