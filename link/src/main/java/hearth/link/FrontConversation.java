package hearth.link;

import hearth.link.message.MalformedMessageException;
import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyMessage;
import hearth.link.message.Message.Members;
import hearth.link.message.Message.PackageMessage;
import hearth.link.wire.Connection;
import hearth.link.wire.Conversation;
import hearth.model.worker.EnvironmentEvent.Gone;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.MemberId;
import hearth.model.worker.WorkerCommand;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said with a member over one connection, at the worker's side.
///
/// On its connection's loop alone.
final class FrontConversation implements Conversation {
    private static final System.Logger LOG = System.getLogger(FrontConversation.class.getName());

    private static final NotRunnable FAILED =
            new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The worker failed within Hearth");

    private final FrontLinks links;
    private final MemberDialer dialer;
    private @Nullable Connection connection;
    /// Null until it is known who is there.
    private @Nullable FrontLink link;

    FrontConversation(FrontLinks links, MemberDialer dialer) {
        this.links = links;
        this.dialer = dialer;
    }

    @Override
    public void met(Connection with, String name, String cluster) {
        connection = with;
        var member = new MemberId(name);
        dialer.found(member);
        links.claim(member, dialer)
                .ifPresentOrElse(
                        claimed -> {
                            link = claimed;
                            with.introduce(links.setting().hello().encode());
                        },
                        () -> {
                            dialer.rest();
                            with.close("it is " + name + ", which is connected by another address");
                        });
    }

    @Override
    public void introduced(ByteBuf hello) {
        throw new MalformedMessageException("it introduces itself as a worker");
    }

    @Override
    public void welcomed(int version, int apiPort) {
        if (connection == null || link == null) {
            return;
        }
        var ours = links.setting().hello().versions();
        if (!ours.contain(version)) {
            connection.close("it speaks version " + version + " of the protocol, and this worker " + ours);
            return;
        }
        if (links.isClosed()) {
            connection.close("this worker stops");
            return;
        }
        dialer.joined(link.member());
        link.joined(connection, version, apiPort);
    }

    @Override
    public void leaves() {
        throw new MalformedMessageException("a frontend does not leave");
    }

    @Override
    public void dismissed() {
        if (link != null) {
            link.dismissed();
        }
    }

    @Override
    public void received(Message message) {
        var from = link;
        if (from == null) {
            return;
        }
        switch (message) {
            case Command(var command) -> command(from, command);
            case PackageMessage about -> from.packages().received(about);
            case Members(var members) -> links.told(from.member(), members);
            case Event _, KeyMessage _ -> throw new MalformedMessageException("it speaks as a worker does");
        }
    }

    /// Whoever waits for what comes of a command hears of it, whatever it meets here.
    private static void command(FrontLink link, WorkerCommand command) {
        var worker = link.commanded();
        link.running().commanded(command);
        try {
            worker.send(command);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A command met a defect", e);
            switch (command) {
                case WorkerCommand.Invoke(var reservation, var invocation) ->
                    link.happened(worker.worker(), new Ended(invocation.requestId(), reservation, FAILED));
                case WorkerCommand.Start(var spec) -> link.happened(worker.worker(), new Gone(spec.id(), FAILED));
                case WorkerCommand.Credit _,
                        WorkerCommand.Retire _,
                        WorkerCommand.Expect _,
                        WorkerCommand.TakeUp _,
                        WorkerCommand.MakeRoom _ -> {}
            }
        }
    }

    @Override
    public void unsent(Message message) {
        if (link != null) {
            link.unsent(message);
        }
    }

    @Override
    public void ended(String why, List<Message> unsent) {
        var left = link;
        if (left != null) {
            left.lost();
            unsent.forEach(left::unsent);
            links.release(left.member(), dialer);
        }
        dialer.again(why);
    }
}
