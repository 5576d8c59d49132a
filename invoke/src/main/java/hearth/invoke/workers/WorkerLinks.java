package hearth.invoke.workers;

import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The links to all workers, by their ids.
public final class WorkerLinks {
    private final Map<WorkerId, WorkerLink> links = new ConcurrentHashMap<>();

    public void add(WorkerLink link) {
        links.put(link.worker(), link);
    }

    public void remove(WorkerId worker) {
        links.remove(worker);
    }

    /// Sends a command to one worker.
    ///
    /// @return false when there is no way to it: it certainly does not come to know of the command
    public boolean send(WorkerId worker, WorkerCommand command) {
        var link = links.get(worker);
        if (link == null) {
            return false;
        }
        link.send(command);
        return true;
    }

    public void sendToAll(WorkerCommand command) {
        links.values().forEach(link -> link.send(command));
    }
}
