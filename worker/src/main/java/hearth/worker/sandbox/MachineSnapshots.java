package hearth.worker.sandbox;

import hearth.worker.microvm.Fingerprint;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.SnapshotStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The snapshots of machines that this server uses, one for each size, and one for each program of an account
/// that is up in it: those that were used last in memory; others, and those of earlier servers, on disk, unless
/// a program is up.
///
/// The first machine of a kind is booted, and a snapshot is made of it; whoever wants another one meanwhile waits
/// for that, because several that boot at once take longer than one and copies of it.
final class MachineSnapshots implements AutoCloseable {
    private static final Logger log = System.getLogger(MachineSnapshots.class.getName());

    /// How many are held in memory with a program, and how many without; each takes some 100 MB.
    private static final int MOST = 8;

    private static final Duration UNUSED = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMinutes(5);

    /// How many copies in a row come to nothing before it is the snapshot's fault, where its monitor does not say so.
    private static final int MOST_FAILURES = 2;

    /// What is known of the snapshot of one kind of machine.
    private static final class Entry {
        private boolean making;
        private @Nullable MachineSnapshot snapshot;
        private long used;
        private long notBefore;
        private int failures;

        Entry(long now) {
            this.used = now;
            this.notBefore = now;
        }
    }

    private final SnapshotStore store;
    private final String print;
    private final LongSupplier nanos;
    private final Map<SnapshotKey, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private final Set<Long> useless = new HashSet<>(); // guarded by this; numbers of snapshots
    private final ScheduledExecutorService keeping = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("machine-snapshots").factory());
    private boolean ending; // guarded by this
    private boolean closed; // guarded by this

    /// @param print what all snapshots of this server are of
    MachineSnapshots(SnapshotStore store, String print) {
        this(store, print, System::nanoTime, LOOK);
    }

    /// @param look how often it is looked for those that nobody uses
    MachineSnapshots(SnapshotStore store, String print, LongSupplier nanos, Duration look) {
        this.store = store;
        this.print = print;
        this.nanos = nanos;
        var _ = keeping.scheduleWithFixedDelay(
                this::forgetUnused, look.toNanos(), look.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// What a machine is to be made of.
    sealed interface Start {
        /// @param snapshot the caller's to close
        record Copy(MachineSnapshot snapshot) implements Start {}

        /// It is to be booted, and told of by `made` or `notMade` in any case.
        record First() implements Start {}

        /// It is to be booted, and that is all.
        record Alone() implements Start {}
    }

    /// Waits while somebody else makes the snapshot, but not longer than is said.
    Start start(SnapshotKey key, Duration patience) throws SandboxException {
        var known = awaitOther(key, nanos.getAsLong() + patience.toNanos());
        if (!(known instanceof Start.First)) {
            return known;
        }
        try {
            var kept = key.isKept() ? store.find(printOf(key)) : Optional.<MachineSnapshot>empty();
            return kept.isPresent() ? new Start.Copy(made(key, kept.get())) : known;
        } catch (IOException | RuntimeException | Error e) {
            notMade(key, e);
            throw new SandboxException("a machine's snapshot: " + e.getMessage(), e);
        }
    }

    private synchronized Start awaitOther(SnapshotKey key, long deadline) throws SandboxException {
        try {
            while (true) {
                var now = nanos.getAsLong();
                var entry = entries.computeIfAbsent(key, _ -> new Entry(now));
                entry.used = now;
                forgetUnused();
                if (ending) {
                    return new Start.Alone();
                }
                if (entry.snapshot != null) {
                    return new Start.Copy(entry.snapshot.duplicate());
                }
                if (!entry.making) {
                    entry.making = now - entry.notBefore >= 0;
                    return entry.making ? new Start.First() : new Start.Alone();
                }
                if (now - deadline >= 0) {
                    return new Start.Alone();
                }
                TimeUnit.NANOSECONDS.timedWait(this, deadline - now);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while a snapshot was made", e);
        } catch (IOException e) {
            throw new SandboxException("a machine's snapshot: " + e.getMessage(), e);
        }
    }

    /// Whether a machine of this kind need not be booted, as far as is known here.
    synchronized boolean has(SnapshotKey key) {
        var entry = entries.get(key);
        return entry != null && entry.snapshot != null;
    }

    /// Whoever was to boot the first has a snapshot of it, which is kept on disk while nobody waits.
    void madeNew(SnapshotKey key, MachineSnapshot snapshot) throws IOException {
        var again = made(key, snapshot);
        if (!key.isKept()) {
            again.close();
            return;
        }
        try {
            keeping.execute(() -> keep(key, again));
        } catch (RejectedExecutionException e) {
            again.close();
        }
    }

    private void keep(SnapshotKey key, MachineSnapshot snapshot) {
        try (snapshot) {
            store.keep(printOf(key), snapshot);
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, "a machine's snapshot is not kept", e);
        }
    }

    /// @param snapshot from now on this object's
    /// @return the same once more, the caller's to close
    private synchronized MachineSnapshot made(SnapshotKey key, MachineSnapshot snapshot) throws IOException {
        MachineSnapshot again;
        try {
            again = snapshot.duplicate();
        } catch (IOException | RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
        var entry = entries.computeIfAbsent(key, _ -> new Entry(nanos.getAsLong()));
        entry.making = false;
        entry.failures = 0;
        if (closed) {
            snapshot.close();
        } else {
            forget(entry);
            entry.snapshot = snapshot;
        }
        forgetUnused();
        notifyAll();
        return again;
    }

    /// There is no snapshot of the first, whoever waits boots on his own, and it is tried again after a while.
    synchronized void notMade(SnapshotKey key, Throwable why) {
        log.log(
                Level.WARNING,
                "no snapshot is made of machines of {0}: {1}",
                key.text(),
                String.valueOf(why.getMessage()));
        pause(key);
    }

    /// A copy of this snapshot came to nothing. That is the snapshot's fault if its monitor says so, or if it was so
    /// with the copy before, too: want of memory, descriptors or time ends machines as well.
    synchronized void failed(SnapshotKey key, MachineSnapshot snapshot, SandboxException why) {
        log.log(
                Level.WARNING,
                "a machine of {0} that was made of a snapshot is of no use: {1}",
                key.text(),
                why.getMessage());
        var entry = entries.get(key);
        if (entry == null || entry.snapshot == null || entry.snapshot.number() != snapshot.number()) {
            return;
        }
        entry.failures++;
        if (why.getCause() instanceof RefusedSnapshotException || entry.failures >= MOST_FAILURES) {
            log.log(Level.WARNING, "the snapshot of machines of {0} is deleted", key.text());
            useless.add(snapshot.number());
            if (key.isKept()) {
                store.forget(printOf(key));
            }
            pause(key);
        }
    }

    /// A copy of this snapshot became what it was to be.
    synchronized void proved(SnapshotKey key, MachineSnapshot snapshot) {
        var entry = entries.get(key);
        if (entry != null && entry.snapshot != null && entry.snapshot.number() == snapshot.number()) {
            entry.failures = 0;
        }
    }

    /// Whether a machine that is made of it may be used.
    synchronized boolean trusts(MachineSnapshot snapshot) {
        return !useless.contains(snapshot.number());
    }

    private void pause(SnapshotKey key) {
        var now = nanos.getAsLong();
        var entry = entries.computeIfAbsent(key, _ -> new Entry(now));
        entry.making = false;
        entry.notBefore = now + PAUSE.toNanos();
        forget(entry);
        notifyAll();
    }

    private static void forget(Entry entry) {
        if (entry.snapshot != null) {
            entry.snapshot.close();
            entry.snapshot = null;
        }
    }

    /// The last that were used stay.
    private synchronized void forgetUnused() {
        var now = nanos.getAsLong();
        forgetUnused(now, true);
        forgetUnused(now, false);
        entries.values()
                .removeIf(each -> each.snapshot == null && !each.making && now - each.notBefore >= UNUSED.toNanos());
    }

    private void forgetUnused(long now, boolean kept) {
        var held = entries.entrySet().stream()
                .filter(each -> each.getKey().isKept() == kept && each.getValue().snapshot != null)
                .map(Map.Entry::getValue)
                .toList();
        var surplus = held.size() - MOST;
        for (var entry : held) {
            if (surplus > 0 || now - entry.used > UNUSED.toNanos()) {
                forget(entry);
                surplus--;
            }
        }
    }

    private String printOf(SnapshotKey key) {
        var whole = new Fingerprint(true);
        whole.add(print);
        whole.add("%d MiB, %d processors, %d disks"
                .formatted(key.size().memory().toMebibytes(), key.size().processors(), MachineDisks.OF_TEMPLATE));
        return whole.text();
    }

    /// Nobody waits any more for a snapshot that somebody else makes, nor is given one.
    synchronized void endWaiting() {
        ending = true;
        notifyAll();
    }

    /// What is being kept is kept, if that takes no longer than is decent.
    @Override
    public void close() {
        endWaiting();
        keeping.shutdown();
        try {
            if (!keeping.awaitTermination(20, TimeUnit.SECONDS)) {
                log.log(Level.WARNING, "a machine''s snapshot is still being written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            closed = true;
            entries.values().forEach(MachineSnapshots::forget);
            notifyAll();
        }
    }
}
