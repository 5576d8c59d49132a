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

    /// Sends a command to one worker. What is sent to one that is not there is lost, as it would be on the way.
    public void send(WorkerId worker, WorkerCommand command) {
        var link = links.get(worker);
        if (link != null) {
            link.send(command);
        }
    }

    public void sendToAll(WorkerCommand command) {
        links.values().forEach(link -> link.send(command));
    }
}
