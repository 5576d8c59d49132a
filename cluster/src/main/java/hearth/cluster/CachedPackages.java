package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Packages in a bucket that several servers share, with copies on this host, so that none is fetched twice as long as
/// there is room for it. What holds a package is in the store, for all to see: `PackageLedger`.
///
/// While the bucket does not answer, copies are read all the same, and nothing can be put.
final class CachedPackages implements PackageKeeper {
    private static final System.Logger LOG = System.getLogger(CachedPackages.class.getName());

    /// How often a package is fetched that comes cut off, or is not what it must be.
    private static final int MOST_FETCHES = 3;

    private static final Duration SWEEP_INTERVAL = Duration.ofDays(1);

    /// The patience with what runs when the server ends; all of it may be cut off.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final PackageLedger ledger;
    private final BucketPackages packages;
    private final Bucket bucket;
    private final PackageCache cache;
    private final Duration interval;
    private final ConcurrentHashMap<CodeDigest, FutureTask<Boolean>> fetches = new ConcurrentHashMap<>();

    /// A virtual thread, because an interruption ends what it waits for.
    private final ScheduledThreadPoolExecutor background =
            new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("bucket").factory());

    /// What failed when it was tried last, which is logged once. Only the background touches it.
    private final Set<String> failing = new HashSet<>();

    /// Only the background touches it.
    private boolean hasFoundForgotten;

    /// @param interval between two looks for what nobody needs
    CachedPackages(
            PackageLedger ledger, BucketPackages packages, Bucket bucket, PackageCache cache, Duration interval) {
        this.ledger = ledger;
        this.packages = packages;
        this.bucket = bucket;
        this.cache = cache;
        this.interval = interval;
    }

    @Override
    public HeldBlob put(byte[] zip, CodeDigest digest) {
        try {
            packages.put(digest, PackageContent.of(zip));
        } catch (IOException e) {
            throw new PackageUnavailableException(
                    "The deployment package cannot be kept in %s: %s".formatted(bucket, e.getMessage()), e);
        }
        keepCopy(digest, zip);
        return new HeldBlob(digest, zip.length, () -> {});
    }

    /// Spares this host from fetching what it just had.
    private void keepCopy(CodeDigest digest, byte[] zip) {
        try {
            cache.add(digest, zip);
            shrinkSoon();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "This host keeps no copy of a package: {0}", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public HeldBlob put(CodeReference reference) {
        ledger.hold(reference);
        return new HeldBlob(reference.id(), reference.size().count(), () -> {});
    }

    @Override
    public void refer(Session session, Collection<CodeDigest> gained, Collection<CodeDigest> dropped)
            throws SQLException {
        ledger.refer(session, gained, dropped);
    }

    /// The rows say it, and some server's background finds it there.
    @Override
    public void dropped(Collection<CodeDigest> dropped) {}

    @Override
    public Optional<FileChannel> channel(CodeDigest digest) {
        try {
            // More than once only if the copy goes again at once, because there is no room for it.
            for (int attempt = 0; attempt < MOST_FETCHES; attempt++) {
                var copy = cache.open(digest);
                if (copy.isPresent()) {
                    return copy;
                }
                if (!fetch(digest)) {
                    return Optional.empty();
                }
            }
            throw new IOException("there is no room for copies");
        } catch (IOException e) {
            throw new PackageUnavailableException(
                    "The deployment package %s cannot be had from %s: %s"
                            .formatted(digest.hex(), bucket, e.getMessage()),
                    e);
        }
    }

    @Override
    public boolean isHere(CodeDigest digest) {
        return cache.files().has(digest);
    }

    /// Fetches a package; however many want it, it is fetched once. False when there is none.
    private boolean fetch(CodeDigest digest) throws IOException {
        var mine = new FutureTask<>(() -> fetchWhole(digest));
        var running = fetches.computeIfAbsent(digest, _ -> mine);
        if (running == mine) {
            try {
                mine.run();
            } finally {
                fetches.remove(digest, mine);
            }
        }
        try {
            return running.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server stops");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IOException("it was not fetched", e.getCause());
            }
        }
    }

    private boolean fetchWhole(CodeDigest digest) throws IOException {
        // Who looked for a copy just before another fetch ended comes here after it.
        if (cache.files().has(digest)) {
            return true;
        }
        IOException failure = null;
        for (int attempt = 0; attempt < MOST_FETCHES; attempt++) {
            var content = packages.open(digest);
            if (content.isEmpty()) {
                return false;
            }
            try (var bytes = content.get()) {
                cache.add(digest, bytes);
                shrinkSoon();
                return true;
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "The package {0} came from {1} in a bad way: {2}",
                        digest.hex(),
                        bucket,
                        String.valueOf(e.getMessage()));
                failure = e;
            }
        }
        throw failure == null ? new IOException("it was not tried") : failure;
    }

    @Override
    public void begin() {
        cache.pin(ledger.local());
        var _ = background.scheduleWithFixedDelay(this::round, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        var _ = background.scheduleWithFixedDelay(
                () -> quietly("Objects that are nobody's", packages::sweep),
                interval.toMillis(),
                SWEEP_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void round() {
        if (!hasFoundForgotten) {
            quietly("Packages that were left without a bucket", () -> {
                ledger.findForgotten();
                hasFoundForgotten = true;
            });
        }
        quietly("Packages of this host's folder", this::putLocal);
        quietly("Unused packages", () -> {
            while (packages.removeUnused()) {}
        });
        quietly("Copies of packages", cache::shrink);
    }

    /// Brings what only this host's folder has into the bucket.
    private void putLocal() throws IOException {
        for (var digest : cache.pinned()) {
            var file = cache.files().path(digest);
            if (cache.files().has(digest)) {
                packages.put(digest, PackageContent.of(file));
                LOG.log(Level.INFO, "The package {0} of the data folder is in {1} now", digest.hex(), bucket);
            }
            cache.unpin(digest);
        }
    }

    private void shrinkSoon() {
        if (!background.isShutdown()) {
            var _ = background.submit(() -> quietly("Copies of packages", cache::shrink));
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /// Runs a step of the background. That it fails keeps no later one from being tried, and is told once.
    private void quietly(String what, Step step) {
        try {
            step.run();
            failing.remove(what);
        } catch (IOException | RuntimeException | Error e) {
            if (!background.isShutdown()) {
                boolean first = failing.add(what);
                LOG.log(first ? Level.WARNING : Level.DEBUG, what + " could not be seen to; it is tried again", e);
            }
        }
    }

    @Override
    public void close() {
        background.shutdownNow();
        try {
            if (!background.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(
                        Level.WARNING,
                        "{0} does not let go; what was under way there is found at the next start",
                        bucket);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        bucket.close();
    }
}
