package hearth.link;

import hearth.link.message.Message;
import hearth.link.wire.Connection;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;

/// The way to a worker on another host, as long as its connection lasts.
///
/// Of an `Invoke` or a `Start` that certainly has not come, the worker's `WorkerEvents` hear that it was refused; what
/// else is lost says nothing.
final class RemoteWorkerLink implements WorkerLink {
    private final WorkerId worker;
    private final Connection connection;

    RemoteWorkerLink(WorkerId worker, Connection connection) {
        this.worker = worker;
        this.connection = connection;
    }

    @Override
    public WorkerId worker() {
        return worker;
    }

    @Override
    public void send(WorkerCommand command) {
        connection.send(new Message.Command(command));
    }
}
