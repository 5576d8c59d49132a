package hearth.link;

import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;

/// A worker as it has introduced itself.
///
/// @param zone of its host; empty for none
/// @param address that it came from, for the log
public record JoinedWorker(WorkerId id, String zone, WorkerCapacity capacity, String address) {
    @Override
    public String toString() {
        return "worker " + id + (zone.isEmpty() ? "" : " in zone " + zone) + " at " + address;
    }
}
