package hearth.worker.sandbox;

import hearth.worker.microvm.Fingerprint;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.SnapshotStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The snapshots of machines that this server uses, one for each size: those that were used last in memory, others and
/// those of earlier servers on disk.
///
/// The first machine of a size is booted, and a snapshot is made of it; whoever wants another one meanwhile waits
/// for that, because several that boot at once take longer than one and copies of it.
final class MachineSnapshots implements AutoCloseable {
    private static final Logger log = System.getLogger(MachineSnapshots.class.getName());

    /// How many are held in memory, of which each takes some 100 MB.
    private static final int MOST = 8;

    private static final Duration UNUSED = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofMinutes(5);

    /// What is known of the snapshot of one size.
    private static final class Entry {
        private boolean making;
        private @Nullable MachineSnapshot snapshot;
        private long used;
        private long notBefore;

        Entry(long now) {
            this.used = now;
            this.notBefore = now;
        }
    }

    private final SnapshotStore store;
    private final String print;
    private final Map<MachineSize, Entry> entries = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private final ExecutorService keeping = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("machine-snapshots").factory());
    private boolean closed; // guarded by this

    /// @param print what all snapshots of this server are of
    MachineSnapshots(SnapshotStore store, String print) {
        this.store = store;
        this.print = print;
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
    Start start(MachineSize size, Duration patience) throws SandboxException {
        var known = awaitOther(size, System.nanoTime() + patience.toNanos());
        if (!(known instanceof Start.First)) {
            return known;
        }
        try {
            var kept = store.find(printOf(size));
            return kept.isPresent() ? new Start.Copy(made(size, kept.get())) : known;
        } catch (IOException | RuntimeException | Error e) {
            notMade(size, e);
            throw new SandboxException("a machine's snapshot: " + e.getMessage(), e);
        }
    }

    private synchronized Start awaitOther(MachineSize size, long deadline) throws SandboxException {
        try {
            while (true) {
                var now = System.nanoTime();
                var entry = entries.computeIfAbsent(size, _ -> new Entry(now));
                entry.used = now;
                forgetUnused();
                if (closed) {
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

    /// Whether a machine of this size need not be booted, as far as is known here.
    synchronized boolean has(MachineSize size) {
        var entry = entries.get(size);
        return entry != null && entry.snapshot != null;
    }

    /// Whoever was to boot the first has a snapshot of it, which is kept on disk while nobody waits.
    void madeNew(MachineSize size, MachineSnapshot snapshot) throws IOException {
        var again = snapshot.duplicate();
        made(size, snapshot).close();
        keeping.execute(() -> {
            try (again) {
                store.keep(printOf(size), again);
            } catch (RuntimeException | Error e) {
                log.log(Level.WARNING, "a machine's snapshot is not kept", e);
            }
        });
    }

    /// @return the same once more, the caller's to close
    private synchronized MachineSnapshot made(MachineSize size, MachineSnapshot snapshot) throws IOException {
        var again = snapshot.duplicate();
        var entry = entries.computeIfAbsent(size, _ -> new Entry(System.nanoTime()));
        entry.making = false;
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
    synchronized void notMade(MachineSize size, Throwable why) {
        log.log(
                Level.WARNING,
                "machines of {0} MiB are booted: {1}",
                size.memory().toMebibytes(),
                why.getMessage());
        pause(size);
    }

    /// What was made of this size's snapshot is of no use.
    synchronized void useless(MachineSize size, Throwable why) {
        log.log(
                Level.WARNING,
                "the snapshot of machines of {0} MiB is of no use, so one is booted: {1}",
                size.memory().toMebibytes(),
                why.getMessage());
        store.forget(printOf(size));
        pause(size);
    }

    private void pause(MachineSize size) {
        var now = System.nanoTime();
        var entry = entries.computeIfAbsent(size, _ -> new Entry(now));
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
    private void forgetUnused() {
        var now = System.nanoTime();
        var surplus =
                entries.values().stream().filter(each -> each.snapshot != null).count() - MOST;
        for (var entry : entries.values()) {
            if (entry.snapshot != null && (surplus > 0 || now - entry.used > UNUSED.toNanos())) {
                forget(entry);
                surplus--;
            }
        }
        entries.values()
                .removeIf(each -> each.snapshot == null && !each.making && now - each.notBefore >= UNUSED.toNanos());
    }

    private String printOf(MachineSize size) {
        var whole = new Fingerprint(true);
        whole.add(print);
        whole.add("%d MiB, %d processors, %d disks"
                .formatted(size.memory().toMebibytes(), size.processors(), MachineDisks.OF_TEMPLATE));
        return whole.text();
    }

    /// What is being kept is kept, if that takes no longer than is decent.
    @Override
    public void close() {
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
