package hearth.worker.sandbox;

import hearth.worker.linux.HostLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Host user ids that are one server's alone, as long as it runs.
///
/// They lie above the ranges that Linux distributions and systemd give out. A lock keeps two servers of a host
/// apart. Its file stays where a process of the range may still live, as after a server that was killed: whoever
/// comes next looks for one.
///
/// @param first of `SIZE`
record UidRange(int first, Path file, HostLock lock) implements AutoCloseable {
    private static final System.Logger log = System.getLogger(UidRange.class.getName());

    static final int SIZE = 100_000;

    private static final int FIRST = 1_900_000_000;
    private static final int RANGES = 1_000;
    private static final Pattern UIDS =
            Pattern.compile("^Uid:\\t(\\d+)\\t(\\d+)\\t(\\d+)\\t(\\d+)$", Pattern.MULTILINE);

    /// @param shared where this host's servers keep their locks
    /// @param instance has the same range again if it can
    static UidRange claim(Path shared, String instance) throws SandboxException {
        var wanted = Math.floorMod(instance.hashCode(), RANGES);
        try {
            for (var i = 0; i < RANGES; i++) {
                var number = (wanted + i) % RANGES;
                var file = shared.resolve("uids-" + number);
                var lock = HostLock.tryExclusive(file);
                if (lock.isPresent()) {
                    var range = new UidRange(FIRST + number * SIZE, file, lock.get());
                    if (range.isFree()) {
                        return range;
                    }
                    range.close();
                }
            }
        } catch (IOException e) {
            throw new SandboxException("no range of user ids: " + e.getMessage(), e);
        }
        throw new SandboxException("all %d ranges of user ids are taken".formatted(RANGES));
    }

    /// Whether a server holds the range that an instance has first choice of.
    static boolean isHeld(Path shared, String instance) throws IOException {
        var file = shared.resolve("uids-" + Math.floorMod(instance.hashCode(), RANGES));
        if (Files.notExists(file)) {
            return false;
        }
        try (var lock = HostLock.tryExclusiveIfThere(file).orElse(null)) {
            return lock == null;
        }
    }

    boolean contains(long uid) {
        return uid >= first && uid < first + SIZE;
    }

    /// Looks for processes only where somebody had the range before.
    private boolean isFree() throws IOException {
        if (Files.size(file) == 0) {
            Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
            return true;
        }
        return !lives();
    }

    private boolean lives() throws IOException {
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                if (uids(process).stream().anyMatch(this::contains)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static List<Long> uids(Path process) {
        try {
            var matcher = UIDS.matcher(Files.readString(process.resolve("status")));
            return matcher.find()
                    ? List.of(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
                    : List.of();
        } catch (IOException ended) {
            return List.of();
        }
    }

    /// Nothing of the range lives: whoever comes next need not look.
    void forget() {
        try {
            lock.delete();
        } catch (IOException e) {
            log.log(System.Logger.Level.DEBUG, "the next server looks for processes in vain", e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
