package hearth.server.auth;

import hearth.cluster.DataFolder;
import hearth.cluster.OwnedFile;
import hearth.model.AccountId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The access keys of an installation: a file that only its owner can read, one key on a line. A change replaces it.
///
/// Its lines are those of `KeyLine`.
public final class KeyFile implements KeyRing {
    /// The file's name in the data folder.
    public static final String NAME = "access-keys";

    private static final String HEADING =
            "# Access keys of Hearth: id, secret, account, created, and for temporary ones session token, expiry.";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    /// @param version tells a file from the one that replaces it
    private record Snapshot(String version, Map<String, AccessKey> keys) {}

    private static final Snapshot NO_FILE = new Snapshot("", Map.of());

    private final Path file;
    private final InstantSource clock;
    private Snapshot snapshot = NO_FILE; // guarded by this

    public KeyFile(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /// A file that has not changed is not read again.
    @Override
    public synchronized List<AccessKey> list() {
        try {
            if (!version().equals(snapshot.version())) {
                snapshot = read();
            }
            return List.copyOf(snapshot.keys().values());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the access keys in " + file, e);
        }
    }

    /// The folder where the file is, or will be.
    Path folder() {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "A file is in a folder");
    }

    /// The mark of the file's present content; empty when there is no file.
    private String version() throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /// Makes a key.
    ///
    /// @param lifetime null for a key that lasts; others come with a session token
    public AccessKey create(AccountId account, @Nullable Duration lifetime, RandomGenerator random) {
        return create(account, new Holder.Account(), lifetime, random);
    }

    @Override
    public AccessKey create(AccountId account, Holder holder, @Nullable Duration lifetime, RandomGenerator random) {
        var created = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var key = KeyMaker.make(account, created, lifetime, random).heldBy(holder);
        change(keys -> {
            keys.put(key.id(), key);
            return true;
        });
        return key;
    }

    @Override
    public boolean delete(String id) {
        return change(keys -> keys.remove(id) != null);
    }

    private interface Change {
        boolean apply(Map<String, AccessKey> keys);
    }

    private boolean change(Change change) {
        // The lock on the file keeps other processes away, this one the threads of this process.
        IN_PROCESS.lock();
        try {
            DataFolder.prepare(folder());
            var lockFile = file.resolveSibling(file.getFileName() + ".lock");
            try (var channel = FileChannel.open(
                            lockFile,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                    var _ = channel.lock()) {
                var keys = new LinkedHashMap<>(read().keys());
                boolean changed = change.apply(keys);
                if (changed) {
                    write(keys);
                }
                return changed;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot change the access keys in " + file, e);
        } finally {
            IN_PROCESS.unlock();
        }
    }

    private Snapshot read() throws IOException {
        try {
            var version = version();
            var keys = new LinkedHashMap<String, AccessKey>();
            for (var line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    var key = parse(line);
                    keys.put(key.id(), key);
                }
            }
            return new Snapshot(version, keys);
        } catch (NoSuchFileException e) {
            return NO_FILE;
        }
    }

    private AccessKey parse(String line) throws IOException {
        try {
            return KeyLine.parse(line);
        } catch (IllegalArgumentException e) {
            throw new IOException("A line of " + file + " is not an access key", e);
        }
    }

    private void write(Map<String, AccessKey> keys) throws IOException {
        var lines = new ArrayList<String>();
        lines.add(HEADING);
        for (var key : keys.values()) {
            lines.add(KeyLine.of(key));
        }
        // A secret is shown once: it must be good for as long as its key was said to last.
        OwnedFile.replace(file, String.join("\n", lines) + "\n");
    }
}
