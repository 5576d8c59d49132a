package hearth.link;

import hearth.link.message.MalformedMessageException;
import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyMessage;
import hearth.link.message.Message.PackageMessage;
import hearth.link.message.Versions;
import hearth.link.wire.Connection;
import hearth.link.wire.Conversation;
import hearth.model.worker.EnvironmentEvent.Gone;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerLink;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said with the frontend over one connection, at the worker's side.
///
/// On its connection's loop alone.
final class FrontConversation implements Conversation {
    private static final System.Logger LOG = System.getLogger(FrontConversation.class.getName());

    private static final NotRunnable FAILED =
            new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The worker failed within Hearth");

    private final FrontLink link;
    private final WorkerLink worker;
    private @Nullable Connection connection;

    FrontConversation(FrontLink link, WorkerLink worker) {
        this.link = link;
        this.worker = worker;
    }

    @Override
    public void met(Connection with, String name, String cluster) {
        connection = with;
        with.introduce(link.hello().encode());
    }

    @Override
    public void introduced(ByteBuf hello) {
        throw new MalformedMessageException("it introduces itself as a worker");
    }

    @Override
    public void welcomed(int version, int apiPort) {
        if (connection == null) {
            return;
        }
        if (version < Versions.OURS.oldest() || version > Versions.OURS.newest()) {
            connection.close("it speaks version " + version + " of the protocol, and this worker " + Versions.OURS);
            return;
        }
        link.joined(connection, apiPort);
    }

    @Override
    public void leaves() {
        throw new MalformedMessageException("a frontend does not leave");
    }

    @Override
    public void received(Message message) {
        switch (message) {
            case Command(var command) -> command(command);
            case PackageMessage about -> link.remotePackages().received(about);
            case Event _, KeyMessage _ -> throw new MalformedMessageException("it speaks as a worker does");
        }
    }

    /// Whoever waits for what comes of a command hears of it, whatever it meets here.
    private void command(WorkerCommand command) {
        link.running().commanded(command);
        try {
            worker.send(command);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A command met a defect", e);
            switch (command) {
                case WorkerCommand.Invoke(var reservation, var invocation) ->
                    link.happened(worker.worker(), new Ended(invocation.requestId(), reservation, FAILED));
                case WorkerCommand.Start(var spec) -> link.happened(worker.worker(), new Gone(spec.id(), FAILED));
                case WorkerCommand.Credit _, WorkerCommand.Retire _, WorkerCommand.Expect _ -> {}
            }
        }
    }

    @Override
    public void unsent(Message message) {
        link.unsent(message);
    }

    @Override
    public void ended(String why, List<Message> unsent) {
        link.lost(why);
        unsent.forEach(this::unsent);
    }
}
