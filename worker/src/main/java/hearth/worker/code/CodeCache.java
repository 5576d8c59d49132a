package hearth.worker.code;

import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.code.PackageLimits;
import hearth.model.memory.MemoryBudget;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future.State;

/// The unpacked deployment packages of this worker: each fetched, verified and unpacked once, kept by its digest, and
/// removed when room is wanted and no one uses it.
public final class CodeCache implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CodeCache.class.getName());

    private final CacheDirectory directory;
    private final PackageFetcher fetcher;
    private final UnpackingThreads threads;
    private final Bytes capacity;
    private final InstantSource clock;

    /// Guarded by itself.
    private final Map<CodeDigest, Kept> packages = new HashMap<>();

    /// Takes a directory of its own, and finds in it again what it had kept there before.
    ///
    /// @param limits of each package
    /// @param capacity how much disk all packages may take; those in use may take more
    /// @param threads unpack what is not small; stay the caller's
    public CodeCache(
            Path path,
            PackageSource source,
            PackageLimits limits,
            Bytes capacity,
            UnpackingThreads threads,
            InstantSource clock)
            throws IOException {
        this(path, source, limits, capacity, threads, MemoryBudget.unlimited(), clock);
    }

    /// @param memory that packages may take while they are unpacked; without it they are written to disk first
    public CodeCache(
            Path path,
            PackageSource source,
            PackageLimits limits,
            Bytes capacity,
            UnpackingThreads threads,
            MemoryBudget memory,
            InstantSource clock)
            throws IOException {
        this.directory = CacheDirectory.open(path);
        this.fetcher = new PackageFetcher(source, limits, threads, memory);
        this.threads = threads;
        this.capacity = capacity;
        this.clock = clock;
        for (var found : directory.unpacked()) {
            var unpacking = CompletableFuture.completedFuture(Optional.of(found));
            if (packages.putIfAbsent(found.digest(), new Kept(unpacking, directory.lastUsed(found))) != null) {
                directory.remove(directory.discard(found.path()));
            }
        }
    }

    /// A layer of fewer bytes on the disk is put over others in less time than a usual package takes to unpack.
    private static final long MERGED_QUICKLY = 32L << 20;

    /// One package, on its way in, there, or on its way out. The fields that change are guarded by `packages`.
    private static final class Kept {
        /// Empty when the package is gone, or was not fetched because someone lost interest: ask again.
        final CompletableFuture<Optional<UnpackedPackage>> unpacking;

        Instant lastUsed;
        int leases;

        Kept(CompletableFuture<Optional<UnpackedPackage>> unpacking, Instant lastUsed) {
            this.unpacking = unpacking;
            this.lastUsed = lastUsed;
        }

        Optional<UnpackedPackage> unpacked() {
            return unpacking.state() == State.SUCCESS ? unpacking.resultNow() : Optional.empty();
        }
    }

    /// A package's directory, which stays as it is until the lease is closed. Fetches the package if it is not here;
    /// whoever asks meanwhile waits for the same.
    ///
    /// @throws ApiException when the package cannot be unpacked, in AWS's words
    /// @throws IOException when the store or the disk fails, or the store's copy is damaged
    public Lease acquire(CodeDigest digest) throws IOException, InterruptedException {
        return acquire(digest, root -> fetcher.fetch(digest, root, directory.newSpill()));
    }

    /// A directory with all that these layers hold, the later over the earlier. It is made once for each list, and kept
    /// as a package is. Throws what `acquire` throws.
    public Lease acquireLayers(List<CodeDigest> layers) throws IOException, InterruptedException {
        return layers.size() == 1 ? acquire(layers.getFirst()) : acquire(digestOf(layers), root -> merge(layers, root));
    }

    /// As `acquire` and `acquireLayers` where nothing is to be waited for; else empty, and nothing is begun.
    public Optional<Lease> leaseIfHere(CodeDigest digest) {
        Kept kept;
        synchronized (packages) {
            kept = packages.get(digest);
            if (kept == null || kept.unpacked().isEmpty()) {
                return Optional.empty();
            }
            kept.leases++;
            kept.lastUsed = clock.instant();
        }
        return leased(digest, kept);
    }

    public Optional<Lease> leaseLayersIfHere(List<CodeDigest> layers) {
        return leaseIfHere(layers.size() == 1 ? layers.getFirst() : digestOf(layers));
    }

    private UnpackedPackage merge(List<CodeDigest> layers, Path root) throws IOException, InterruptedException {
        long diskBytes = 0;
        for (var layer : layers) {
            try (var lease = acquire(layer)) {
                var pool = diskBytes(layer) < MERGED_QUICKLY ? threads.usual() : threads.large();
                diskBytes += pool.run(() -> LayerMerger.add(lease.directory(), root));
            }
        }
        return new UnpackedPackage(digestOf(layers), root, diskBytes);
    }

    private long diskBytes(CodeDigest layer) {
        synchronized (packages) {
            var kept = packages.get(layer);
            return kept == null
                    ? 0
                    : kept.unpacked().map(UnpackedPackage::diskBytes).orElse(0L);
        }
    }

    /// No zip has it: the text that it is made of is none.
    private static CodeDigest digestOf(List<CodeDigest> layers) {
        var sha256 = PackageFetcher.sha256();
        layers.forEach(layer -> sha256.update((layer.hex() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return CodeDigest.of(sha256.digest());
    }

    /// Fills an empty directory with what is to be kept under a digest.
    @FunctionalInterface
    private interface Filler {
        UnpackedPackage fill(Path root) throws IOException, InterruptedException;
    }

    private Lease acquire(CodeDigest digest, Filler filler) throws IOException, InterruptedException {
        while (true) {
            var mine = new Kept(new CompletableFuture<>(), clock.instant());
            var kept = lease(digest, mine);
            if (kept == mine) {
                fill(digest, mine, filler);
            }
            await(kept);
            var leased = leased(digest, kept);
            if (leased.isPresent()) {
                return leased.get();
            }
        }
    }

    /// The lease of a package that has come; empty when it is gone again.
    private Optional<Lease> leased(CodeDigest digest, Kept kept) {
        var unpacked = kept.unpacked();
        if (unpacked.isPresent() && isThere(unpacked.get())) {
            directory.touch(unpacked.get(), clock.instant());
            return Optional.of(new Lease(unpacked.get().path(), () -> release(kept)));
        }
        forget(digest, kept);
        return Optional.empty();
    }

    /// The entry of this package, leased once more: `mine` if there was none.
    private Kept lease(CodeDigest digest, Kept mine) {
        synchronized (packages) {
            var kept = packages.computeIfAbsent(digest, _ -> mine);
            kept.leases++;
            kept.lastUsed = mine.lastUsed;
            return kept;
        }
    }

    private static boolean isThere(UnpackedPackage unpacked) {
        if (Files.isDirectory(unpacked.path(), LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        LOG.log(Level.WARNING, "Someone has removed {0}: it is fetched again", unpacked.path());
        return false;
    }

    private void release(Kept kept) {
        synchronized (packages) {
            kept.leases--;
        }
    }

    private void fill(CodeDigest digest, Kept mine, Filler filler) throws IOException, InterruptedException {
        try {
            var scratch = directory.newScratch();
            try {
                var unpacked = filler.fill(scratch);
                mine.unpacking.complete(Optional.of(directory.keep(unpacked)));
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                directory.remove(scratch);
                throw e;
            }
        } catch (ClosedByInterruptException | InterruptedIOException | InterruptedException e) {
            // Only this caller was cancelled: those who wait for it try themselves.
            forget(digest, mine);
            mine.unpacking.complete(Optional.empty());
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            forget(digest, mine);
            mine.unpacking.completeExceptionally(e);
            throw e;
        }
        makeRoom();
    }

    private void forget(CodeDigest digest, Kept kept) {
        synchronized (packages) {
            packages.remove(digest, kept);
        }
    }

    private void await(Kept kept) throws IOException, InterruptedException {
        try {
            kept.unpacking.get();
        } catch (InterruptedException e) {
            release(kept);
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ApiException refusal -> throw refusal;
                case null, default -> throw new IOException("The package was not unpacked", e.getCause());
            }
        }
    }

    /// Removes packages that no one uses, the longest unused first, until the rest fits.
    private void makeRoom() {
        for (var victim : victims()) {
            var digest = victim.unpacked.digest();
            try {
                var discarded = directory.discard(victim.unpacked.path());
                forget(digest, victim.leaving);
                victim.leaving.unpacking.complete(Optional.empty());
                directory.remove(discarded);
            } catch (IOException | RuntimeException | Error e) {
                forget(digest, victim.leaving);
                victim.leaving.unpacking.complete(Optional.empty());
                LOG.log(Level.WARNING, "Cannot remove " + digest.hex() + " from the code cache", e);
            }
        }
    }

    /// @param leaving stands in the package's place until it is gone, so that no one fetches it into the same place
    private record Victim(UnpackedPackage unpacked, Kept leaving) {}

    private List<Victim> victims() {
        synchronized (packages) {
            long used = packages.values().stream()
                    .flatMap(kept -> kept.unpacked().stream())
                    .mapToLong(UnpackedPackage::diskBytes)
                    .sum();
            var free = packages.values().stream()
                    .filter(kept -> kept.leases == 0 && kept.unpacked().isPresent())
                    .sorted(Comparator.comparing((Kept kept) -> kept.lastUsed))
                    .toList();
            var victims = new ArrayList<Victim>();
            for (var kept : free) {
                if (used <= capacity.count()) {
                    break;
                }
                var unpacked = kept.unpacked().orElseThrow();
                var leaving = new Kept(new CompletableFuture<>(), kept.lastUsed);
                packages.put(unpacked.digest(), leaving);
                victims.add(new Victim(unpacked, leaving));
                used -= unpacked.diskBytes();
            }
            return victims;
        }
    }

    /// Lets another server have the directory. What is leased stays on disk.
    @Override
    public void close() {
        directory.close();
    }
}
