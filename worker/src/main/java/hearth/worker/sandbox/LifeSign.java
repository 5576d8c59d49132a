package hearth.worker.sandbox;

import hearth.worker.linux.HostLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// A server's sign of life on its host: a file that it holds (`flock`) as long as it lives, and that says what of
/// it would stay if it were killed. Where nobody holds the file, the server has ended, and whoever comes next may
/// clear that away.
///
/// The kernel lets go of the file with the process, whatever ended it. Process ids would not do: they come again,
/// and containers that share a host have some each. Two servers that take themselves for the same share the file.
final class LifeSign implements AutoCloseable {
    private static final Logger log = System.getLogger(LifeSign.class.getName());
    private static final String PREFIX = "server-";
    private static final String TABLE = "table";

    /// Clearing up after a dead server takes less.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Instance instance;
    private final Path file;
    private final HostLock lock;
    private boolean closed;

    private LifeSign(Instance instance, Path file, HostLock lock) {
        this.instance = instance;
        this.file = file;
        this.lock = lock;
    }

    /// Gives the sign, and makes the directory. Waits for whoever clears up after a server of the same name.
    ///
    /// @param shared where this host's servers keep their locks
    /// @param directory of the sandboxes' files, to be deleted if the server is killed
    static LifeSign give(Path shared, Instance instance, Path directory) throws IOException {
        var file = file(shared, instance);
        var sign = new LifeSign(instance, file, held(file));
        try {
            Files.createDirectories(directory);
            sign.write(List.of(identity(directory), directory.toAbsolutePath().toString()));
            return sign;
        } catch (IOException e) {
            sign.close();
            throw e;
        }
    }

    private static HostLock held(Path file) throws IOException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var lock = HostLock.tryShared(file);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("%s is held by a stranger".formatted(file));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /// Those of servers that have ended. They are held until they are closed, so that nobody else clears up too,
    /// and no server of the same name starts meanwhile.
    static List<LifeSign> abandoned(Path shared) throws IOException {
        var found = new ArrayList<LifeSign>();
        try (var files = Files.newDirectoryStream(shared, PREFIX + "*")) {
            for (var file : files) {
                var instance = new Instance(file.getFileName().toString().substring(PREFIX.length()));
                HostLock.tryExclusiveIfThere(file).ifPresent(lock -> found.add(new LifeSign(instance, file, lock)));
            }
        }
        return found;
    }

    /// Whether there is a sign of this server, living or not.
    static boolean isThere(Path shared, Instance instance) {
        return Files.exists(file(shared, instance));
    }

    /// The file of a server that has given no sign.
    ///
    /// @return nothing where somebody holds it
    static Optional<HostLock> hold(Path shared, Instance instance) throws IOException {
        return HostLock.tryExclusive(file(shared, instance));
    }

    private static Path file(Path shared, Instance instance) {
        return shared.resolve(PREFIX + instance.name());
    }

    Instance instance() {
        return instance;
    }

    /// Notes that there is a table of the firewall. To be called before it is made.
    void noteTable() throws IOException {
        var lines = lines();
        write(List.of(lines.get(0), lines.get(1), TABLE));
    }

    /// Notes that the table is removed.
    void forgetTable() throws IOException {
        var lines = lines();
        write(lines.subList(0, Math.min(lines.size(), 2)));
    }

    /// Into the file that is there: somebody may have cleared it away.
    private void write(List<String> lines) throws IOException {
        Files.write(file, lines, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    boolean hasTable() {
        return lines().contains(TABLE);
    }

    /// The directory of the sandboxes' files, if that path still leads to the one that was meant: the file systems
    /// that are mounted here need not be those of a server in a container.
    Optional<Path> directory() {
        var lines = lines();
        if (lines.size() < 2) {
            return Optional.empty();
        }
        var directory = Path.of(lines.get(1));
        return identity(directory).equals(lines.get(0)) ? Optional.of(directory) : Optional.empty();
    }

    private static String identity(Path directory) {
        try {
            return String.valueOf(
                    Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
        } catch (IOException gone) {
            return "";
        }
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException cleared) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lets go of the file and takes it away: nothing is left of the server.
    void end() {
        close();
        try (var alone = HostLock.tryExclusiveIfThere(file).orElse(null)) {
            if (alone != null) {
                alone.delete();
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays: {1}", file, e.getMessage());
        }
    }

    /// Lets go of the file. Unless it is taken away, the next server takes this one for killed.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            lock.close();
        }
    }
}
