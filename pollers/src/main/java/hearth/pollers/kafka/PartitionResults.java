package hearth.pollers.kafka;

import hearth.pollers.Status;
import java.util.HashSet;
import java.util.Set;

/// How it goes with the partitions of a mapping, which has one status for all.
final class PartitionResults {
    private final Status status;

    /// The partitions whose last batch failed. Guarded by this.
    private final Set<String> failing = new HashSet<>();

    PartitionResults(Status status) {
        this.status = status;
    }

    synchronized void succeeded(String partition) {
        failing.remove(partition);
        if (failing.isEmpty()) {
            status.went("OK");
        }
    }

    synchronized void failed(String partition) {
        failing.add(partition);
        status.went("PROBLEM: Function call failed");
    }

    /// The partition is another's.
    synchronized void left(String partition) {
        failing.remove(partition);
    }
}
