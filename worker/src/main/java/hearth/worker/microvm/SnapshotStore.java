package hearth.worker.microvm;

import hearth.model.Bytes;
import hearth.worker.linux.HostLock;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The snapshots that a host keeps, by what they are of: the text of a fingerprint. Servers of a host may
/// share a folder of them; whatever is in it may be deleted at any time.
///
/// Nothing here is needed: what cannot be kept or read is told in the log, and done without.
public final class SnapshotStore {
    private static final Logger log = System.getLogger(SnapshotStore.class.getName());

    private static final String ENDING = ".machine";
    private static final String UNFINISHED = ".writing";
    private static final Duration UNUSED = Duration.ofDays(7);
    private static final int MOST = 16;

    /// How much disk they may take. One of a small function's machine takes some 100 MB.
    private static final long MOST_BYTES = 4L << 30;

    /// How much of the disk is left free besides what a machine's whole memory would take.
    private static final long LEAST_FREE = 1L << 30;

    private final Path folder;
    private final long leastFree;

    private SnapshotStore(Path folder, long leastFree) {
        this.folder = folder;
        this.leastFree = leastFree;
    }

    /// Opens the folder, and clears what was left unfinished or is not used any more.
    public static SnapshotStore in(Path folder) throws IOException {
        return in(folder, LEAST_FREE);
    }

    /// @param leastFree in bytes
    static SnapshotStore in(Path folder, long leastFree) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var store = new SnapshotStore(folder, leastFree);
        store.clearUnfinished();
        store.clearOld();
        return store;
    }

    /// The snapshot of this, if there is a whole one. It is the caller's to close.
    public Optional<MachineSnapshot> find(String print) {
        var file = folder.resolve(print + ENDING);
        try {
            if (!GuestImages.isUsed(file)) {
                return Optional.empty();
            }
            return Optional.of(SnapshotFile.read(file, print));
        } catch (IOException e) {
            log.log(
                    Level.WARNING,
                    "the snapshot {0} cannot be used, so a machine is booted: {1}",
                    file,
                    String.valueOf(e.getMessage()));
            forget(print);
            return Optional.empty();
        }
    }

    /// It is of no use.
    public void forget(String print) {
        try {
            Files.deleteIfExists(folder.resolve(print + ENDING));
        } catch (IOException e) {
            log.log(Level.WARNING, "a snapshot that is of no use cannot be deleted: {0}", e.getMessage());
        }
    }

    /// Writes it aside, and gives it its name once all of it is on disk. Whoever comes second does nothing.
    public void keep(String print, MachineSnapshot snapshot) {
        var file = folder.resolve(print + ENDING);
        try (var alone = HostLock.tryExclusive(lockOf(print)).orElse(null)) {
            if (alone == null) {
                return;
            }
            try {
                if (Files.notExists(file)) {
                    makeRoom(snapshot);
                    write(file, folder.resolve(print + UNFINISHED), print, snapshot);
                    clearOld();
                }
            } finally {
                alone.delete();
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "the snapshot {0} cannot be kept for later starts: {1}", file, e.getMessage());
        }
    }

    /// @throws IOException if there is none for something that nobody needs
    private void makeRoom(MachineSnapshot snapshot) throws IOException {
        clearOld();
        var free = Files.getFileStore(folder).getUsableSpace();
        if (free - snapshot.size() - snapshot.stateSize() < leastFree) {
            throw new IOException(
                    "the disk has %d MiB left, too little for it".formatted(new Bytes(free).toMebibytes()));
        }
    }

    private static void write(Path file, Path unfinished, String print, MachineSnapshot snapshot) throws IOException {
        try {
            SnapshotFile.write(unfinished, print, snapshot);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("r--------"));
            try (var written = FileChannel.open(unfinished, StandardOpenOption.READ)) {
                written.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private Path lockOf(String print) {
        return folder.resolve(print + ".lock");
    }

    private void clearUnfinished() throws IOException {
        for (var file : endingIn(UNFINISHED)) {
            var name = file.getFileName().toString();
            var print = name.substring(0, name.length() - UNFINISHED.length());
            try (var alone = HostLock.tryExclusive(lockOf(print)).orElse(null)) {
                if (alone != null) {
                    Files.deleteIfExists(file);
                    alone.delete();
                }
            }
        }
    }

    private record Kept(Path path, long size, long used) {
        static Kept of(Path path) {
            var file = path.toFile();
            return new Kept(path, file.length(), file.lastModified());
        }
    }

    /// Those that were used last stay.
    private void clearOld() throws IOException {
        var oldest = System.currentTimeMillis() - UNUSED.toMillis();
        var total = 0L;
        var count = 0;
        var all = endingIn(ENDING).stream()
                .map(Kept::of)
                .sorted(Comparator.comparingLong(Kept::used).reversed())
                .toList();
        for (var kept : all) {
            total += kept.size;
            count++;
            if (kept.used < oldest || count > MOST || total > MOST_BYTES) {
                log.log(Level.DEBUG, "deleting the snapshot {0}", kept.path);
                Files.deleteIfExists(kept.path);
            }
        }
    }

    private List<Path> endingIn(String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
