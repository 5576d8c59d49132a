package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.model.Threads;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Machines that are connected and wait for a function, frozen, so that a cold start need not make one. In some a
/// program is up, too. Each is handed out once.
///
/// It holds, within its memory, what demand asks for of kinds whose size there is a snapshot of. One thread
/// makes them, one after the other, and gives way to cold starts.
final class MachinePool implements AutoCloseable {
    private static final Logger log = System.getLogger(MachinePool.class.getName());

    /// How long nobody took one before the next is made, and how long that may put it off.
    private static final long QUIET = Duration.ofSeconds(1).toNanos();
    private static final long PATIENCE = Duration.ofSeconds(5).toNanos();
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    /// How long one waits of a size that nobody wants.
    private static final long KEEP = Duration.ofMinutes(10).toNanos();

    /// Others have disks of their own made.
    private static final Bytes STORAGE = SandboxSpec.USUAL_EPHEMERAL_STORAGE;

    private final Bytes memory;
    private final Machines machines;
    private final MachineConnections connections;
    private final MachinePrograms programs;
    private final LongSupplier nanos;
    private final MachineStocks stocks; // guarded by this
    private long lastTake; // guarded by this
    private long lackingSince; // guarded by this
    private long number; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Thread thread; // guarded by this

    /// @param memory what all of them together may take; nothing switches the pool off
    MachinePool(
            Bytes memory,
            Machines machines,
            MachineConnections connections,
            MachinePrograms programs,
            LongSupplier nanos) {
        this.memory = memory;
        this.stocks = new MachineStocks(memory);
        this.machines = machines;
        this.connections = connections;
        this.programs = programs;
        this.nanos = nanos;
        this.lastTake = nanos.getAsLong() - QUIET;
    }

    boolean isOn() {
        return memory.count() > 0;
    }

    /// Whether what waits has a `/tmp` of this size.
    static boolean has(Bytes ephemeralStorage) {
        return ephemeralStorage.equals(STORAGE);
    }

    /// One that runs, if one waits. It is the caller's from now on.
    Optional<PreparedMachine> take(MachineKind kind) {
        return isOn() ? usable(() -> next(kind)) : Optional.empty();
    }

    /// One without a program for somebody who wanted another kind and found none: nobody counts it as wanted.
    Optional<PreparedMachine> spare(MachineSize size) {
        return usable(() -> anyOf(MachineKind.empty(size)));
    }

    private Optional<PreparedMachine> usable(Supplier<Optional<PreparedMachine>> taking) {
        for (var next = taking.get(); next.isPresent(); next = taking.get()) {
            var machine = next.get();
            if (machine.isUsable() && machines.trusts(machine)) {
                machine.cgroup().thaw();
                return next;
            }
            log.log(
                    Level.WARNING,
                    "a machine of {0} MiB that waited is of no use",
                    machine.size().memory().toMebibytes());
            machine.close();
        }
        return Optional.empty();
    }

    private synchronized Optional<PreparedMachine> next(MachineKind kind) {
        if (closed) {
            return Optional.empty();
        }
        var now = nanos.getAsLong();
        lastTake = now;
        var stock = stocks.of(kind, now);
        stock.wanted(now);
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("machine-pool").start(this::work);
        }
        notifyAll();
        return Optional.ofNullable(stock.ready().pollFirst());
    }

    private synchronized Optional<PreparedMachine> anyOf(MachineKind kind) {
        var stock = closed ? null : stocks.find(kind);
        return stock == null
                ? Optional.empty()
                : Optional.ofNullable(stock.ready().pollFirst());
    }

    /// How many of this kind wait.
    synchronized int waiting(MachineKind kind) {
        var stock = stocks.find(kind);
        return stock == null ? 0 : stock.ready().size();
    }

    /// How many wait in which a program is up.
    synchronized int programs() {
        return stocks.all().stream()
                .filter(stock -> stock.kind().program().isPresent())
                .mapToInt(stock -> stock.ready().size())
                .sum();
    }

    private void work() {
        try {
            while (true) {
                switch (nextJob()) {
                    case Job.End(var surplus) -> surplus.close();
                    case Job.Make(var kind, var name) -> make(kind, name);
                    case Job.Stop _ -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            log.log(Level.DEBUG, "the pool of machines was interrupted");
        }
    }

    /// What the thread is to do next.
    private sealed interface Job {
        record End(PreparedMachine surplus) implements Job {}

        record Make(MachineKind kind, String name) implements Job {}

        record Stop() implements Job {}
    }

    private synchronized Job nextJob() throws InterruptedException {
        while (!closed) {
            var now = nanos.getAsLong();
            var unwanted = unwanted(now);
            if (unwanted.isPresent()) {
                return new Job.End(unwanted.get());
            }
            var needy = stocks.all().stream()
                    .filter(stock -> stock.needsOne(now)
                            && machines.hasSnapshot(stock.kind().size())
                            && stocks.fits(stock))
                    .max(Comparator.comparingLong(MachineStock::lastWanted));
            if (needy.isEmpty()) {
                lackingSince = now + LOOK_AGAIN;
                TimeUnit.NANOSECONDS.timedWait(this, LOOK_AGAIN);
            } else if (now - lastTake < QUIET && now - lackingSince < PATIENCE) {
                TimeUnit.NANOSECONDS.timedWait(this, QUIET - (now - lastTake));
            } else {
                return new Job.Make(needy.get().kind(), "waiting-" + ++number);
            }
        }
        return new Job.Stop();
    }

    /// One of a kind that nobody has wanted for long, or that has ended or is of a snapshot that is of no use,
    /// or that is in the way of one that is wanted.
    private Optional<PreparedMachine> unwanted(long now) {
        for (var stock : stocks.all()) {
            var useless = stock.ready().stream()
                    .filter(machine -> !machine.isUsable() || !machines.trusts(machine))
                    .findFirst();
            if (useless.isPresent()) {
                stock.ready().remove(useless.get());
                return useless;
            }
            if (now - stock.lastWanted() > KEEP && !stock.ready().isEmpty()) {
                return Optional.of(stock.ready().removeFirst());
            }
        }
        stocks.all().removeIf(stock -> now - stock.lastWanted() > KEEP);
        return stocks.all().stream()
                .filter(stock -> stock.ready().isEmpty() && stock.needsOne(now) && !stocks.fits(stock))
                .filter(stocks::couldFit)
                .flatMap(wanted -> stocks.all().stream()
                        .filter(other -> !other.ready().isEmpty() && other.lastWanted() < wanted.lastWanted()))
                .min(Comparator.comparingLong(MachineStock::lastWanted))
                .map(stock -> stock.ready().removeFirst());
    }

    private void make(MachineKind kind, String name) {
        var begin = nanos.getAsLong();
        try {
            var machine = made(kind, name);
            try {
                machine.cgroup().freeze();
                var weight = machine.cgroup().heldMemory();
                log.log(Level.DEBUG, "a machine of {0} holds {1} MiB", kind.text(), weight.toMebibytes());
                if (!keep(kind, machine, nanos.getAsLong() - begin, weight)) {
                    machine.close();
                }
            } catch (IOException | RuntimeException | Error e) {
                machine.close();
                throw e;
            }
        } catch (SandboxException | IOException | RuntimeException | Error e) {
            log.log(Level.WARNING, "no machine of {0} waits: {1}", kind.text(), e.getMessage());
            failed(kind);
        }
    }

    private PreparedMachine made(MachineKind kind, String name) throws SandboxException {
        var machine = connections.make(name, kind.size(), STORAGE);
        return kind.program().isPresent()
                ? programs.start(machine, kind.program().get())
                : machine;
    }

    private synchronized boolean keep(MachineKind kind, PreparedMachine machine, long took, Bytes weight) {
        if (closed || !stocks.add(kind, machine, took, weight, nanos.getAsLong())) {
            return false;
        }
        notifyAll();
        return true;
    }

    private synchronized void failed(MachineKind kind) {
        var stock = stocks.find(kind);
        if (stock != null) {
            stock.failed(nanos.getAsLong());
        }
    }

    /// Ends all that nobody took. Whoever asks from now on gets none.
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            ending = thread;
            notifyAll();
        }
        if (ending != null) {
            Threads.awaitEnd(ending);
        }
        synchronized (this) {
            stocks.all().forEach(stock -> stock.ready().forEach(PreparedMachine::close));
            stocks.all().clear();
        }
    }
}
