package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Packages as files of the data folder, which one process uses at a time. So what holds them need be known to this
/// process alone, and costs no write.
///
/// A package is on the disk before the row that refers to it is committed. It is removed when no row refers to it
/// and nobody holds it, after a delay: whoever resolved a function just before its update may still want its old
/// code. What a crash leaves behind is swept at the next start.
final class FolderPackages implements PackageKeeper {
    private static final System.Logger LOG = System.getLogger(FolderPackages.class.getName());

    private final BlobFiles files;
    private final Database database;
    private final Duration removalDelay;
    private final ScheduledThreadPoolExecutor remover;

    /// The number of holders of each digest. An entry is also the lock under which its file is removed, so that
    /// nobody finds a package on the disk that is gone a moment later.
    private final ConcurrentHashMap<CodeDigest, Integer> holds = new ConcurrentHashMap<>();

    private FolderPackages(BlobFiles files, Database database, Duration removalDelay) {
        this.files = files;
        this.database = database;
        this.removalDelay = removalDelay;
        this.remover = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("store-remover").daemon().factory());
        remover.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// @throws StoreUnavailableException when a package in use is in a bucket and not in the folder
    static FolderPackages open(Path folder, Database database, Duration removalDelay) throws IOException {
        var files = BlobFiles.open(folder);
        requireHere(files, database);
        return new FolderPackages(files, database, removalDelay);
    }

    private static void requireHere(BlobFiles files, Database database) {
        long elsewhere = database.read(session -> PackageTable.in(session, PackageRow.State.STORED)).stream()
                .filter(digest -> !files.has(digest))
                .filter(digest -> FunctionStore.isReferenced(database, digest))
                .count();
        if (elsewhere > 0) {
            throw new StoreUnavailableException(
                    "%d packages of this store are in a bucket and not in the data folder. Start with the --objects that it was last started with."
                            .formatted(elsewhere));
        }
    }

    @Override
    public HeldBlob put(byte[] zip, CodeDigest digest) {
        holds.merge(digest, 1, Integer::sum);
        var held = new HeldBlob(digest, zip.length, () -> release(digest));
        try {
            files.write(digest, zip);
            return held;
        } catch (IOException e) {
            held.close();
            throw new UncheckedIOException("A deployment package could not be kept: " + e.getMessage(), e);
        }
    }

    @Override
    public HeldBlob put(CodeReference reference) {
        var id = reference.id();
        holds.merge(id, 1, Integer::sum);
        var held = new HeldBlob(id, reference.size().count(), () -> release(id));
        try {
            database.write(session -> {
                ReferenceTable.put(session, reference);
                return reference;
            });
            return held;
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    @Override
    public Optional<FileChannel> channel(CodeDigest digest) {
        try {
            return Optional.of(FileChannel.open(files.path(digest)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("A deployment package could not be read: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isHere(CodeDigest digest) {
        return files.has(digest);
    }

    /// Whoever refers to a package holds it, and holds are enough here.
    @Override
    public void refer(Session session, Collection<CodeDigest> gained, Collection<CodeDigest> dropped) {}

    @Override
    public void dropped(Collection<CodeDigest> packages) {
        packages.forEach(this::retire);
    }

    private void release(CodeDigest digest) {
        boolean last = holds.compute(digest, (_, count) -> count == null || count == 1 ? null : count - 1) == null;
        // Almost always a row refers to it by now, which is cheap to see, and cheaper than a needless wake-up later.
        if (last && !isReferenced(digest)) {
            retire(digest);
        }
    }

    /// Removes the package after the delay, if by then nothing refers to it.
    private void retire(CodeDigest digest) {
        if (!remover.isShutdown()) {
            var _ = remover.schedule(() -> removeIfUnused(digest), removalDelay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /// Removes every package that nothing refers to.
    @Override
    public void begin() {
        remover.execute(() -> {
            try {
                files.forEach(this::removeIfUnused);
                database.read(ReferenceTable::ids).forEach(this::removeIfUnused);
            } catch (IOException | RuntimeException | Error e) {
                LOG.log(System.Logger.Level.WARNING, "Unused deployment packages could not be looked for", e);
            }
        });
    }

    private void removeIfUnused(CodeDigest digest) {
        holds.compute(digest, (_, count) -> {
            if (count == null) {
                try {
                    if (!isReferenced(digest)) {
                        remove(digest);
                    }
                } catch (IOException | RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.WARNING, "An unused deployment package stays until the next start", e);
                }
            }
            return count;
        });
    }

    private boolean isReferenced(CodeDigest digest) {
        return FunctionStore.isReferenced(database, digest);
    }

    private void remove(CodeDigest digest) throws IOException {
        files.delete(digest);
        if (database.read(session -> ReferenceTable.find(session, digest)).isPresent()) {
            database.write(session -> {
                ReferenceTable.delete(session, digest);
                return digest;
            });
        }
    }

    @Override
    public void close() {
        remover.shutdown();
        boolean interrupted = false;
        while (!remover.isTerminated()) {
            try {
                remover.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
