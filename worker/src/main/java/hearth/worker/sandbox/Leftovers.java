package hearth.worker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What servers of this host left that were killed, whichever data folder they had: found by their signs of life,
/// which nobody holds any more, and removed by the next start of any server. Nothing of a living server is touched.
///
/// Things without any sign are of a server from before there were signs, or of one whose signs are kept elsewhere.
/// No start touches them; whoever asks for it may have them removed, as long as nothing in them lives.
public final class Leftovers {
    private static final Logger log = System.getLogger(Leftovers.class.getName());
    private static final Pattern NAME = Pattern.compile("(?:hearth[-_]|hth)(?<instance>[0-9a-f]{8}).*");

    private Leftovers() {}

    /// Clears away what ended servers left, those of the same data folder among them.
    ///
    /// @param own the directory of the server that starts, which nobody else uses
    static void clear(Path own) throws SandboxException {
        new ProcessRecords(own).killAll();
        try {
            var shared = Instance.shared();
            for (var sign : LifeSign.abandoned(shared)) {
                clear(sign);
            }
            Forwarding.restoreAbandoned(shared);
        } catch (IOException e) {
            // Then no server that needs a name on this host can run here either.
            log.log(Level.DEBUG, "there is no place for signs of life: {0}", e.getMessage());
        }
        try {
            deleteTree(own);
        } catch (IOException e) {
            throw new SandboxException("%s cannot be emptied: %s".formatted(own, e.getMessage()), e);
        }
    }

    /// @return what was removed
    private static List<String> clear(LifeSign sign) {
        try (sign) {
            var remains = Remains.of(sign);
            var list = remains.list();
            log.log(Level.INFO, "a server that was killed left: {0}", list.isEmpty() ? "nothing" : list);
            if (remains.clear()) {
                sign.end();
            }
            return list;
        }
    }

    /// What there is to clear, one line for each thing.
    public static List<String> find() throws IOException {
        var found = new ArrayList<String>();
        var shared = Instance.shared();
        for (var sign : LifeSign.abandoned(shared)) {
            try (sign) {
                found.addAll(Remains.of(sign).list());
            }
        }
        unsigned(shared).forEach(remains -> found.addAll(remains.list()));
        return found;
    }

    /// Clears all of it.
    ///
    /// @return what was there; some may stay, of which the log tells
    public static List<String> clearAll() throws IOException {
        var found = new ArrayList<String>();
        var shared = Instance.shared();
        for (var sign : LifeSign.abandoned(shared)) {
            found.addAll(clear(sign));
        }
        for (var remains : unsigned(shared)) {
            found.addAll(clearAlone(shared, remains));
        }
        Forwarding.restoreAbandoned(shared);
        return found;
    }

    /// Holds the sign that there is none of, so that a server of this name that starts meanwhile waits.
    private static List<String> clearAlone(Path shared, Remains remains) throws IOException {
        try (var alone = LifeSign.hold(shared, remains.instance()).orElse(null)) {
            if (alone == null) {
                return List.of();
            }
            var list = new ArrayList<String>();
            if (!remains.lives()) {
                list.addAll(remains.list());
                remains.clear();
            }
            alone.delete();
            return list;
        }
    }

    /// What has a server's name and no sign of life, and in which nothing lives. A server from before there were
    /// signs holds its range of user ids.
    static List<Remains> unsigned(Path shared) throws IOException {
        if (!Privileges.own().isRoot()) {
            return List.of();
        }
        var mounts = CgroupMounts.ofThisHost();
        var tables = Firewall.instances();
        var names = new TreeSet<>(tables);
        Cgroups.tops(mounts).forEach(top -> addNames(top, names));
        addNames(Path.of("/sys/class/net"), names);
        var found = new ArrayList<Remains>();
        for (var name : names) {
            var instance = new Instance(name);
            var remains = new Remains(mounts, instance, tables.contains(name), Optional.empty());
            if (!LifeSign.isThere(shared, instance) && !UidRange.isHeld(shared, name) && !remains.lives()) {
                found.add(remains);
            }
        }
        return found;
    }

    private static void addNames(Path directory, Set<String> names) {
        try (var entries = Files.newDirectoryStream(directory, "h*")) {
            for (var entry : entries) {
                instance(entry.getFileName().toString()).ifPresent(names::add);
            }
        } catch (IOException e) {
            log.log(Level.DEBUG, "{0} cannot be searched: {1}", directory, e.getMessage());
        }
    }

    /// The instance that a name on the host is of: `hearth-0123abcd`, `hth0123abcd7`, `hearth_0123abcd`.
    static Optional<String> instance(String name) {
        var matcher = NAME.matcher(name);
        return matcher.matches() ? Optional.of(matcher.group("instance")) : Optional.empty();
    }

    /// Deletes a directory with all that is in it, also what a function has made unreadable for its own user.
    public static void deleteTree(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try {
            delete(directory);
        } catch (IOException | UncheckedIOException e) {
            makeAccessible(directory);
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void makeAccessible(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        try (var children =
                Files.newDirectoryStream(directory, child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))) {
            for (var child : children) {
                makeAccessible(child);
            }
        }
    }
}
