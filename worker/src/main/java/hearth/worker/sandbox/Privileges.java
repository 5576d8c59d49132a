package hearth.worker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the kernel lets this process do: its user, and which of root's rights (capabilities) it has.
///
/// In a container or a CI job root may lack most of them; and a user who has them in a namespace of their own lacks
/// them for what lies outside it. So this is good for telling people, and only trying says what works.
///
/// @param uid the effective user
/// @param capabilities the effective ones, a bit each
record Privileges(long uid, long capabilities) {
    /// Those that sandboxes of namespaces need, by number.
    private static final Map<Integer, String> NEEDED = new TreeMap<>(Map.of(
            0, "CAP_CHOWN",
            1, "CAP_DAC_OVERRIDE",
            5, "CAP_KILL",
            6, "CAP_SETGID",
            7, "CAP_SETUID",
            8, "CAP_SETPCAP",
            12, "CAP_NET_ADMIN",
            21, "CAP_SYS_ADMIN"));

    static Privileges own() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param status the lines of `/proc/PID/status`
    static Privileges parse(List<String> status) {
        return new Privileges(
                Long.parseLong(field(status, "Uid:").split("\\s+")[1]),
                Long.parseUnsignedLong(field(status, "CapEff:"), 16));
    }

    private static String field(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc/self/status has no " + name));
    }

    boolean isRoot() {
        return uid == 0;
    }

    /// The names of the needed capabilities that are not there.
    List<String> missing() {
        return NEEDED.entrySet().stream()
                .filter(entry -> (capabilities >> entry.getKey() & 1) == 0)
                .map(Map.Entry::getValue)
                .toList();
    }
}
