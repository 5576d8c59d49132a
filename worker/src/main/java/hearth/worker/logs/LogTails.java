package hearth.worker.logs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// The ends of the logs of an environment's invocations, for those callers who want them.
///
/// A record that names one of the invocations by its request id belongs to that one alone; any other belongs to all
/// that run, since nobody can say whose it is.
final class LogTails {
    /// The request ids of all that run, also of those whose callers want no log.
    private final ArrayList<String> running = new ArrayList<>(1);

    private final ArrayList<LogTail> wanted = new ArrayList<>(1);

    void begin(String requestId, boolean wantsTail) {
        running.add(requestId);
        if (wantsTail) {
            wanted.add(new LogTail(requestId));
        }
    }

    /// @return what belongs to it since its beginning; null if its caller does not want it, or has had it
    byte @Nullable [] take(String requestId) {
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).requestId().equals(requestId)) {
                return wanted.remove(i).toBytes();
            }
        }
        return null;
    }

    void end(String requestId) {
        running.remove(requestId);
    }

    boolean areWanted() {
        return !wanted.isEmpty();
    }

    void add(byte[] record) {
        if (running.size() == 1) {
            wanted.forEach(tail -> tail.add(record));
            return;
        }
        var owner = owner(record);
        for (var tail : wanted) {
            if (owner == null || owner.equals(tail.requestId())) {
                tail.add(record);
            }
        }
    }

    private @Nullable String owner(byte[] record) {
        var text = new String(record, StandardCharsets.ISO_8859_1);
        for (var requestId : running) {
            if (text.contains(requestId)) {
                return requestId;
            }
        }
        return null;
    }
}
