package hearth.worker.code;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The cache as it lies on disk: `SHA256-BYTES/` for each unpacked package, where `BYTES` is the room it takes;
/// `scratch/` for all that is not whole yet, or no longer.
///
/// A package appears by a rename, so a server that is killed leaves either all of it or none. We do not sync: a
/// machine that goes down may leave a directory whose files are empty, so a cache of another boot is thrown away.
final class CacheDirectory implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CacheDirectory.class.getName());
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{64})-([0-9]{1,18})");

    private final Path root;
    private final Path scratch;
    private final FileChannel lock;
    private final AtomicLong serial = new AtomicLong();

    private CacheDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.scratch = root.resolve("scratch");
        this.lock = lock;
    }

    /// Takes the directory over, and removes what an earlier server has left half done.
    static CacheDirectory open(Path root) throws IOException {
        return open(root, Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "");
    }

    /// @param boot differs after each start of the machine; empty when unknown
    static CacheDirectory open(Path root, String boot) throws IOException {
        Files.createDirectories(root);
        var cache = new CacheDirectory(root, lock(root.resolve("lock")));
        try {
            cache.clean(boot);
            return cache;
        } catch (IOException | RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            // Another cache of this process has it.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new IOException("Another server uses the code cache " + file.getParent());
    }

    private void clean(String boot) throws IOException {
        Files.createDirectories(scratch);
        serial.set(highestSerial());
        var bootFile = root.resolve("boot");
        boolean sameBoot = !boot.isEmpty()
                && Files.exists(bootFile)
                && Files.readString(bootFile).equals(boot);
        if (!sameBoot) {
            for (var unpacked : unpacked()) {
                discard(unpacked.path());
            }
            Files.writeString(bootFile, boot);
        }
        var leftovers = list(scratch);
        if (!leftovers.isEmpty()) {
            // Out of the way of the start: each may hold many files.
            Thread.ofVirtual().name("code-cache-cleaner").start(() -> leftovers.forEach(this::remove));
        }
    }

    private long highestSerial() throws IOException {
        long highest = 0;
        for (var path : list(scratch)) {
            try {
                highest = Math.max(highest, Long.parseLong(path.getFileName().toString()));
            } catch (NumberFormatException _) {
                // Not one of ours; goes all the same.
            }
        }
        return highest;
    }

    /// All whole packages.
    List<UnpackedPackage> unpacked() throws IOException {
        var all = new ArrayList<UnpackedPackage>();
        for (var path : list(root)) {
            var name = NAME.matcher(path.getFileName().toString());
            if (name.matches() && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                all.add(new UnpackedPackage(new CodeDigest(name.group(1)), path, Long.parseLong(name.group(2))));
            }
        }
        return all;
    }

    /// A new, empty directory, to be kept in the end or removed.
    Path newScratch() throws IOException {
        return Files.createDirectory(nextScratch());
    }

    /// A place for a file, to be removed.
    Path newSpill() {
        return nextScratch();
    }

    private Path nextScratch() {
        return scratch.resolve(Long.toString(serial.incrementAndGet()));
    }

    /// Makes a package that was unpacked in a scratch directory one of the cache.
    UnpackedPackage keep(UnpackedPackage unpacked) throws IOException {
        var path = root.resolve(unpacked.digest().hex() + "-" + unpacked.diskBytes());
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            discard(path);
        }
        Files.move(unpacked.path(), path, StandardCopyOption.ATOMIC_MOVE);
        return new UnpackedPackage(unpacked.digest(), path, unpacked.diskBytes());
    }

    /// Moves a package out of the cache, at once.
    ///
    /// @return where it is now, to be removed
    Path discard(Path path) throws IOException {
        return Files.move(path, nextScratch(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Remembers a use beyond the life of this server.
    void touch(UnpackedPackage unpacked, Instant now) {
        try {
            Files.setLastModifiedTime(unpacked.path(), FileTime.from(now));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Cannot note the use of " + unpacked.path(), e);
        }
    }

    Instant lastUsed(UnpackedPackage unpacked) throws IOException {
        return Files.getLastModifiedTime(unpacked.path()).toInstant();
    }

    /// Removes a directory with all that is in it. What cannot be removed is tried again at the next start.
    void remove(Path path) {
        try {
            removeAll(path);
        } catch (NoSuchFileException _) {
            // Someone else was quicker, which is as good.
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Cannot remove " + path + " from the code cache", e);
        }
    }

    static void removeAll(Path path) throws IOException {
        Files.walkFileTree(path, new Remover());
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.toList();
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Cannot unlock the code cache " + root, e);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
