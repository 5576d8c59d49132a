package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Deployment packages: files named by the SHA-256 of what is in them, and references to those that stay in S3.
///
/// A package is on the disk before the row that refers to it is committed. It is removed when no row refers to it
/// and nobody holds it, after a delay: whoever resolved a function just before its update may still want its old
/// code. What a crash leaves behind is swept at the next start.
public final class BlobStore implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BlobStore.class.getName());

    private final BlobFiles files;
    private final Database database;
    private final Duration removalDelay;
    private final ScheduledThreadPoolExecutor remover;

    /// The number of holders of each digest. An entry is also the lock under which its file is removed, so that
    /// nobody finds a package on the disk that is gone a moment later.
    private final ConcurrentHashMap<CodeDigest, Integer> holds = new ConcurrentHashMap<>();

    BlobStore(Path folder, Database database, Duration removalDelay) throws IOException {
        this.files = BlobFiles.open(folder);
        this.database = database;
        this.removalDelay = removalDelay;
        this.remover = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("store-remover").daemon().factory());
        remover.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// Keeps a package, synced to the disk, and holds it until the answer is closed: time to commit a row that
    /// refers to it.
    public HeldBlob put(byte[] zip) {
        return put(zip, digestOf(zip));
    }

    /// Keeps a package whose digest is known already.
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

    /// Keeps a reference to a package in S3 instead of the package, and holds it as `put` does.
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

    /// The reference that an id stands for; empty for the digest of a package that is kept.
    public Optional<CodeReference> reference(CodeDigest id) {
        return database.read(session -> ReferenceTable.find(session, id));
    }

    /// The active versions whose own code, not that of a layer, stays in S3.
    public List<ReferringVersion> referring() {
        return database.read(ReferenceTable::users);
    }

    /// The digest that `put` would name this package by.
    public static CodeDigest digestOf(byte[] zip) {
        try {
            return CodeDigest.of(MessageDigest.getInstance("SHA-256").digest(zip));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /// The package's bytes, to be closed by the caller; empty when it is not kept (any more).
    public Optional<InputStream> open(CodeDigest digest) {
        try {
            return Optional.of(Files.newInputStream(files.path(digest)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("A deployment package could not be read: " + e.getMessage(), e);
        }
    }

    /// The package's file, to be closed by the caller; empty when it is not kept (any more).
    public Optional<FileChannel> channel(CodeDigest digest) {
        try {
            return Optional.of(FileChannel.open(files.path(digest)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("A deployment package could not be read: " + e.getMessage(), e);
        }
    }

    private void release(CodeDigest digest) {
        boolean last = holds.compute(digest, (_, count) -> count == null || count == 1 ? null : count - 1) == null;
        // Almost always a row refers to it by now, which is cheap to see, and cheaper than a needless wake-up later.
        if (last && !isReferenced(digest)) {
            retire(digest);
        }
    }

    /// Removes the package after the delay, if by then nothing refers to it.
    void retire(CodeDigest digest) {
        if (!remover.isShutdown()) {
            var _ = remover.schedule(() -> removeIfUnused(digest), removalDelay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /// Removes every package that nothing refers to, without holding up the start.
    void sweep() {
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
        if (reference(digest).isPresent()) {
            database.write(session -> {
                ReferenceTable.delete(session, digest);
                return digest;
            });
        }
    }

    /// Ends the removing; what was still to be removed is swept at the next start.
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
