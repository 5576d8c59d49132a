package hearth.link;

import hearth.link.message.FunctionKey;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;

/// Whoever is told which workers there are. Called for one worker after the other, on event loops: must not block.
public interface WorkerArrivals {
    /// A worker can be reached from now on.
    ///
    /// @param anew whether its process is another than the last one of this name: it has nothing of what that had
    void joined(WorkerLink link, JoinedWorker worker, boolean anew);

    /// It is about to stop: it is to be given nothing more, and brings to an end what it has.
    void leaving(WorkerId worker);

    /// A function that runs there signs its requests with this key.
    void keyMade(WorkerId worker, FunctionKey key);

    /// It does so no more.
    void keyEnded(WorkerId worker, String id);

    /// It cannot be reached any more, and is to be given nothing. Next its `WorkerEvents` hear of what certainly
    /// has not come to it that it was refused, and then this hears that it is `lost`.
    void unreachable(WorkerId worker);

    /// What else was sent to it may or may not have come, and nothing more is heard of it.
    void lost(WorkerId worker);
}
