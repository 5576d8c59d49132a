package hearth.worker.sandbox;

import java.io.IOException;

/// A monitor does not take a snapshot up, which is of no use then.
final class RefusedSnapshotException extends IOException {
    RefusedSnapshotException(String message) {
        super(message);
    }
}
