package hearth.link;

import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// A worker that notes what it is told, and does what a test says.
final class FakeWorker implements WorkerLink {
    final List<WorkerCommand> commands = new CopyOnWriteArrayList<>();
    volatile Consumer<WorkerCommand> reaction = _ -> {};

    @Override
    public WorkerId worker() {
        return Samples.WORKER;
    }

    @Override
    public void send(WorkerCommand command) {
        commands.add(command);
        reaction.accept(command);
    }
}
