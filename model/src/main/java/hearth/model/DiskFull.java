package hearth.model;

import java.util.List;

/// Tells a full disk from other failures. Java and the store's engine say it by their words only.
public final class DiskFull {
    private static final List<String> WORDS =
            List.of("No space left on device", "Disk quota exceeded", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE");

    private DiskFull() {}

    /// Whether a failure comes of a disk without room.
    public static boolean isCauseOf(Throwable failure) {
        int depth = 0;
        for (var cause = failure; cause != null && depth < 20; cause = cause.getCause()) {
            var message = String.valueOf(cause.getMessage());
            if (WORDS.stream().anyMatch(message::contains)) {
                return true;
            }
            depth++;
        }
        return false;
    }
}
