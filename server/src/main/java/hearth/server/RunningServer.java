package hearth.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// A server, as it tells of itself to commands that look for it.
///
/// @param started when its process began, in the kernel's ticks since boot: a number that comes again later is told by
///     it
/// @param address where it listens, as a URL; empty until it does
/// @param sandboxes the kind in use; empty where no functions run
/// @param drain how long requests in hand may take once it is told to stop
public record RunningServer(
        String version,
        long pid,
        long started,
        Instant since,
        State state,
        String address,
        String sandboxes,
        String auth,
        Duration drain) {
    private static final int STATE_FIELD = 0;
    private static final int START_FIELD = 19;

    /// The state that a server has come to.
    public enum State {
        STARTING,
        READY,
        STOPPING
    }

    /// Whether its process is there still.
    public boolean isAlive() {
        return started == startOf(Path.of("/proc", Long.toString(pid)));
    }

    static long ownStart() {
        return startOf(Path.of("/proc/self"));
    }

    /// Field 22 of `stat`, of which the second may hold blanks and ends with the last parenthesis. One that has ended
    /// and waits for its parent to ask has none.
    private static long startOf(Path process) {
        try {
            var stat = Files.readString(process.resolve("stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[STATE_FIELD].equals("Z") ? -1 : Long.parseLong(fields[START_FIELD]);
        } catch (IOException e) {
            return -1;
        }
    }

    RunningServer in(State next) {
        return new RunningServer(version, pid, started, since, next, address, sandboxes, auth, drain);
    }

    RunningServer readyAt(String listening, String kind) {
        return new RunningServer(version, pid, started, since, State.READY, listening, kind, auth, drain);
    }
}
