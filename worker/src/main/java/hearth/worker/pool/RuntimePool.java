package hearth.worker.pool;

import hearth.model.AccountId;
import hearth.model.Threads;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxKind;
import hearth.worker.sandbox.SandboxSpec;
import hearth.worker.sandbox.WaitingSandbox;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Booted runtimes, so that a cold start need not wait for its interpreter.
///
/// It holds what demand asks for within its memory. One thread boots them, one after the other, and gives way to cold
/// starts: a runtime boots with the least share of the CPU, and not while others are being taken.
public final class RuntimePool implements AutoCloseable {
    private static final Logger log = System.getLogger(RuntimePool.class.getName());

    /// How long nobody took one before the next is booted, and how long that may put it off.
    private static final long QUIET = Duration.ofMillis(100).toNanos();
    private static final long PATIENCE = Duration.ofMillis(500).toNanos();
    private static final long SWEEP = Duration.ofSeconds(5).toNanos();

    private final PoolConfig config;
    private final SandboxFactory sandboxes;
    private final RuntimeBooter booter;
    private final LongSupplier nanos;
    private final @Nullable Thread thread;
    private final Map<InterpreterStart, RuntimeStock> stocks = new HashMap<>(); // guarded by this
    private long lastTake; // guarded by this
    /// When none was lacking, the last time that was so.
    private long enoughUntil; // guarded by this
    private boolean closed; // guarded by this
    private long hits; // guarded by this
    private long misses; // guarded by this

    private RuntimePool(PoolConfig config, SandboxFactory sandboxes, LongSupplier nanos) {
        this.config = config;
        this.sandboxes = sandboxes;
        this.booter = new RuntimeBooter(sandboxes);
        this.nanos = nanos;
        this.lastTake = nanos.getAsLong() - QUIET;
        this.enoughUntil = lastTake;
        this.thread = isOff()
                ? null
                : Thread.ofPlatform().daemon().name("runtime-pool").unstarted(this::work);
    }

    /// @param sandboxes stays the caller's: to be closed after the pool
    /// @param nanos a monotonic clock
    public static RuntimePool start(PoolConfig config, SandboxFactory sandboxes, LongSupplier nanos) {
        var pool = new RuntimePool(config, sandboxes, nanos);
        if (pool.thread != null) {
            pool.thread.start();
        }
        return pool;
    }

    /// Only namespaces can be refitted to any size while they run. Machines have a pool of their own.
    private boolean isOff() {
        return config.memory().count() == 0 || sandboxes.kind() != SandboxKind.NAMESPACES;
    }

    /// A booted runtime of this kind, if one is ready. It is the caller's from now on. Does not wait, but for a machine
    /// in which it comes up.
    ///
    /// @param spec what its sandbox is to be refitted to
    /// @param account of the function
    public Optional<BootedRuntime> take(InterpreterStart boot, SandboxSpec spec, AccountId account) {
        if (sandboxes.kind() == SandboxKind.MICROVM) {
            return inMachine(boot, spec, account);
        }
        if (isOff()) {
            return Optional.empty();
        }
        while (true) {
            var next = next(boot);
            if (next.isEmpty() || next.get().isAlive()) {
                return next;
            }
            log.log(Level.DEBUG, "a booted {0} had ended", boot.runtime());
            next.get().discard();
        }
    }

    private Optional<BootedRuntime> inMachine(InterpreterStart boot, SandboxSpec spec, AccountId account) {
        try {
            var taken = sandboxes.takeWaiting(spec, boot.program(), boot.whenNoneWaits(account));
            if (config.memory().count() > 0) {
                count(taken.map(WaitingSandbox::waited).orElse(false));
            }
            return taken.map(BootedRuntime::new);
        } catch (SandboxException e) {
            // Whoever asks goes on without, and says what is wrong if that comes to nothing, too.
            log.log(Level.WARNING, "{0} is not up in a machine: {1}", boot.runtime(), e.getMessage());
            return Optional.empty();
        }
    }

    private synchronized void count(boolean hit) {
        if (hit) {
            hits++;
        } else {
            misses++;
        }
    }

    private synchronized Optional<BootedRuntime> next(InterpreterStart boot) {
        if (closed) {
            return Optional.empty();
        }
        var stock = stock(boot);
        lastTake = nanos.getAsLong();
        stock.wanted(lastTake);
        notifyAll();
        var first = Optional.ofNullable(stock.ready().pollFirst());
        count(first.isPresent());
        return first;
    }

    /// What it holds and what came of those who asked.
    public PoolCounts counts() {
        int inMachines = sandboxes.waiting();
        synchronized (this) {
            int ready = stocks.values().stream()
                    .mapToInt(stock -> stock.ready().size())
                    .sum();
            return new PoolCounts(ready + inMachines, hits, misses);
        }
    }

    /// A function of this kind may soon be invoked.
    public synchronized void expect(InterpreterStart boot) {
        if (!isOff() && !closed) {
            stock(boot).expected(nanos.getAsLong());
            notifyAll();
        }
    }

    /// How many of this kind are ready for such a sandbox.
    public int ready(InterpreterStart boot, SandboxSpec spec) {
        if (sandboxes.kind() == SandboxKind.MICROVM) {
            return sandboxes.waiting(spec, boot.program());
        }
        synchronized (this) {
            var stock = stocks.get(boot);
            return stock == null ? 0 : stock.ready().size();
        }
    }

    private RuntimeStock stock(InterpreterStart boot) {
        return stocks.computeIfAbsent(boot, _ -> new RuntimeStock(boot, nanos.getAsLong()));
    }

    private void work() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                switch (nextJob()) {
                    case Job.End(var surplus) -> discard(surplus);
                    case Job.Start(var boot) -> boot(boot);
                    case Job.Stop _ -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            log.log(Level.DEBUG, "the pool of runtimes was interrupted");
        }
    }

    private static void discard(BootedRuntime surplus) {
        try {
            surplus.discard();
        } catch (RuntimeException | Error e) {
            // The one thread of the pool has others to look after.
            log.log(Level.ERROR, "a booted runtime that nobody took cannot be ended", e);
        }
    }

    /// What the thread is to do next.
    private sealed interface Job {
        record End(BootedRuntime surplus) implements Job {}

        record Start(InterpreterStart boot) implements Job {}

        record Stop() implements Job {}
    }

    private synchronized Job nextJob() throws InterruptedException {
        while (!closed) {
            var now = nanos.getAsLong();
            var expired = stocks.values().stream()
                    .filter(stock -> now - stock.lastWanted() > config.keep().toNanos())
                    .findFirst();
            if (expired.isPresent()) {
                var surplus = expired.get().ready().pollFirst();
                if (surplus != null) {
                    return new Job.End(surplus);
                }
                stocks.remove(expired.get().boot());
                continue;
            }
            var needy = needy(now);
            if (needy.isEmpty()) {
                TimeUnit.NANOSECONDS.timedWait(this, SWEEP);
                enoughUntil = nanos.getAsLong();
                continue;
            }
            var disturbs = QUIET - (now - lastTake);
            if (disturbs > 0 && now - enoughUntil < PATIENCE) {
                TimeUnit.NANOSECONDS.timedWait(this, disturbs);
                continue;
            }
            var inTheWay = inTheWay(needy.get());
            return inTheWay.isPresent()
                    ? new Job.End(inTheWay.get())
                    : new Job.Start(needy.get().boot());
        }
        return new Job.Stop();
    }

    /// Who lacks one, and has or can be made room for: the one wanted last.
    private Optional<RuntimeStock> needy(long now) {
        return stocks.values().stream()
                .filter(stock -> stock.needsOne(now))
                .max(Comparator.comparingLong(RuntimeStock::lastWanted))
                .filter(stock -> fits(stock) || lessWanted(stock).isPresent());
    }

    private boolean fits(RuntimeStock stock) {
        var taken = stocks.values().stream()
                .mapToLong(each -> each.ready().size() * each.weight().count())
                .sum();
        return taken + stock.weight().count() <= config.memory().count();
    }

    private Optional<RuntimeStock> lessWanted(RuntimeStock stock) {
        return stocks.values().stream()
                .filter(each -> !each.ready().isEmpty() && each.lastWanted() < stock.lastWanted())
                .min(Comparator.comparingLong(RuntimeStock::lastWanted));
    }

    private Optional<BootedRuntime> inTheWay(RuntimeStock stock) {
        return fits(stock)
                ? Optional.empty()
                : lessWanted(stock).map(each -> each.ready().removeFirst());
    }

    private void boot(InterpreterStart boot) throws InterruptedException {
        var begin = nanos.getAsLong();
        try {
            var booted = booter.boot(boot);
            var took = Duration.ofNanos(nanos.getAsLong() - begin);
            if (!keep(boot, booted, took)) {
                booted.discard();
            }
        } catch (SandboxException | IOException | RuntimeException | Error e) {
            failed(boot, e);
        }
    }

    private synchronized boolean keep(InterpreterStart boot, BootedRuntime booted, Duration took) {
        if (!closed) {
            var stock = stock(boot);
            // First, for it is nobody's if what follows throws.
            stock.ready().addLast(booted);
            stock.booted(took, booted.sandbox().peakMemory());
        }
        return !closed;
    }

    private synchronized void failed(InterpreterStart boot, Throwable why) {
        if (!closed) {
            var level = stock(boot).failed(nanos.getAsLong()) ? Level.WARNING : Level.DEBUG;
            log.log(level, "%s cannot be booted for the pool".formatted(boot.runtime()), why);
        }
    }

    /// Ends all that nobody took. Whoever asks from now on gets none.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (thread != null) {
            Threads.awaitEnd(thread);
        }
        List<BootedRuntime> left;
        synchronized (this) {
            left = stocks.values().stream()
                    .flatMap(stock -> stock.ready().stream())
                    .toList();
            stocks.clear();
        }
        left.forEach(BootedRuntime::discard);
    }
}
