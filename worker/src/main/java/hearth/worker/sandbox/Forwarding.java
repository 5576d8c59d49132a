package hearth.worker.sandbox;

import hearth.worker.linux.HostLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Forwarding of IPv4 packets on the interfaces that lead to the internet: switched on by the first server of this host
/// that needs it, and off again by the last, where it was off.
///
/// For each interface a file says how it was before. Servers share a lock on it while they need the interface. Who
/// gets it alone is the first or the last, or comes after one that was killed. Another lock is held meanwhile.
final class Forwarding implements AutoCloseable {
    private static final Logger log = System.getLogger(Forwarding.class.getName());
    private static final String ANYWHERE = "00000000";
    private static final String MUTEX = "forwarding";
    private static final String PREFIX = "forwarding-";
    private static final String OFF = "0";
    private static final String ON = "1";

    private final Path shared;
    private final List<Use> uses = new ArrayList<>();

    /// An interface that this server needs.
    private record Use(String link, boolean wasOff, HostLock lock) {}

    private Forwarding(Path shared) {
        this.shared = shared;
    }

    /// Lets packets come in from the interfaces of default routes.
    ///
    /// @param shared where this host's servers keep their locks
    static Forwarding switchOn(Path shared) throws IOException {
        return switchOn(shared, uplinks());
    }

    static Forwarding switchOn(Path shared, List<String> links) throws IOException {
        var forwarding = new Forwarding(shared);
        try (var _ = mutex(shared)) {
            for (var link : links) {
                forwarding.use(link);
            }
            return forwarding;
        } catch (IOException | UncheckedIOException e) {
            forwarding.close();
            throw e;
        }
    }

    private void use(String link) throws IOException {
        var note = shared.resolve(PREFIX + link);
        try (var alone = HostLock.tryExclusive(note).orElse(null)) {
            // A note that is there already is of a server that was killed, which had switched it on.
            if (alone != null && Files.size(note) == 0) {
                Files.writeString(note, Files.readString(setting(link)).strip());
            }
        }
        var lock = HostLock.tryShared(note).orElseThrow(() -> new IOException(note + " is held by a stranger"));
        uses.add(new Use(link, Files.readString(note).equals(OFF), lock));
        allow(link);
    }

    /// The interfaces that forward only because of Hearth.
    List<String> borrowed() {
        return uses.stream().filter(Use::wasOff).map(Use::link).toList();
    }

    /// Lets packets come in from an interface.
    static void allow(String link) {
        try {
            Files.writeString(setting(link), ON);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts back what was changed, if no other server needs it.
    @Override
    public void close() {
        uses.forEach(use -> use.lock.close());
        uses.clear();
        restoreAbandoned(shared);
    }

    /// Puts back what nobody needs any more, also what a killed server left.
    static void restoreAbandoned(Path shared) {
        try (var _ = mutex(shared);
                var notes = Files.newDirectoryStream(shared, PREFIX + "*")) {
            for (var note : notes) {
                try (var alone = HostLock.tryExclusive(note).orElse(null)) {
                    if (alone != null) {
                        restore(note);
                        alone.delete();
                    }
                }
            }
        } catch (IOException e) {
            log.log(Level.WARNING, "forwarding stays on: {0}", e.getMessage());
        }
    }

    private static void restore(Path note) throws IOException {
        var link = note.getFileName().toString().substring(PREFIX.length());
        if (Files.readString(note).equals(OFF) && Files.exists(setting(link))) {
            Files.writeString(setting(link), OFF);
        }
    }

    private static HostLock mutex(Path shared) throws IOException {
        return HostLock.exclusive(shared.resolve(MUTEX));
    }

    /// Destination and mask of a default route are zero.
    private static List<String> uplinks() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/route")).stream()
                .map(line -> line.split("\t"))
                .filter(fields -> fields.length > 7 && fields[1].equals(ANYWHERE) && fields[7].equals(ANYWHERE))
                .map(fields -> fields[0])
                .distinct()
                .toList();
    }

    private static Path setting(String link) {
        return Path.of("/proc/sys/net/ipv4/conf", link, "forwarding");
    }
}
