package hearth.link;

import hearth.link.WorkerRoster.Entry;
import hearth.link.message.Hello;
import hearth.link.message.MemberAddress;
import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyEnded;
import hearth.link.message.Message.KeyMade;
import hearth.link.message.Message.Members;
import hearth.link.message.Message.PackageMessage;
import hearth.link.message.Versions;
import hearth.link.wire.Connection;
import hearth.link.wire.Conversation;
import hearth.model.worker.EnvironmentEvent.StartRefused;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is said with one worker, at the frontend's side.
///
/// On its connection's loop alone.
final class WorkerConversation implements Conversation {
    private static final System.Logger LOG = System.getLogger(WorkerConversation.class.getName());

    private static final String UNSENT = "the connection to the worker was lost before it was sent";

    private final Setting setting;
    private @Nullable Connection connection;
    private String certified = "";
    private String cluster = "";
    private @Nullable JoinedWorker worker;
    private @Nullable PackageCourier courier;
    private boolean refused;
    private boolean leaving;

    /// What the conversations with all workers share.
    ///
    /// @param cluster whose workers may join
    /// @param ownWorker that no other may be named as
    /// @param members which members of the cluster there are; none in a process that is no member of one
    /// @param apiPort where functions find the API on this host; 0 for nowhere
    /// @param speaks the versions of the protocol
    record Setting(
            String cluster,
            WorkerId ownWorker,
            WorkerRoster roster,
            WorkerArrivals arrivals,
            WorkerEvents events,
            PackageCourier.Factory couriers,
            Supplier<List<MemberAddress>> members,
            IntSupplier apiPort,
            Versions speaks) {}

    WorkerConversation(Setting setting) {
        this.setting = setting;
    }

    @Override
    public void met(Connection with, String name, String itsCluster) {
        connection = with;
        certified = name;
        cluster = itsCluster;
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("Nobody was met yet");
        }
        return connection;
    }

    @Override
    public void introduced(ByteBuf hello) {
        var theirs = Hello.versions(hello);
        var version = setting.speaks().common(theirs);
        if (version.isEmpty()) {
            refuse("it speaks " + theirs + " of the protocol, and this server " + setting.speaks()
                    + ": bring both to the same release of Hearth, or to neighbouring ones");
            return;
        }
        var said = Hello.decode(hello);
        var refusal = refusal(said);
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        switch (setting.roster().enter(said.worker(), said.incarnation(), this)) {
            case Entry.Open(var anew) -> join(said, version.getAsInt(), anew);
            case Entry.Taken(var by, var same) -> {
                if (same) {
                    // It knows better whether its last connection lives. Once that has ended it may come in.
                    by.connection().close("the worker has connected anew");
                    refuse("its last connection is being ended; it may try again");
                } else {
                    refuse("there is a worker " + said.worker() + " already; each has a name of its own");
                }
            }
        }
    }

    /// Null if it may come in.
    private @Nullable String refusal(Hello said) {
        if (!said.cluster().equals(setting.cluster()) || !cluster.equals(setting.cluster())) {
            return "it is of the cluster " + said.cluster() + ", and this server of " + setting.cluster();
        }
        if (!said.worker().value().equals(certified)) {
            return "it names itself " + said.worker() + ", and its certificate is of " + certified;
        }
        if (said.worker().equals(setting.ownWorker())) {
            return "the name " + said.worker() + " is that of this server's own worker; give it another";
        }
        return null;
    }

    private void refuse(String reason) {
        LOG.log(Level.WARNING, "A worker at {0} is refused: {1}", connection().peer(), reason);
        refused = true;
        connection().refuse(reason);
    }

    private void join(Hello said, int version, boolean anew) {
        var joined = new JoinedWorker(
                said.worker(), said.zone(), said.capacity(), connection().peer());
        worker = joined;
        courier = setting.couriers().make(connection()::send);
        LOG.log(Level.INFO, "{0} has joined", joined);
        connection().welcome(version, setting.apiPort().getAsInt());
        tellMembers();
        setting.arrivals().joined(new RemoteWorkerLink(joined.id(), connection()), joined, anew);
    }

    /// Says which members there are. By any thread, once the worker has joined.
    void tellMembers() {
        var members = setting.members().get();
        if (!members.isEmpty()) {
            connection().send(new Members(members));
        }
    }

    @Override
    public void welcomed(int version, int apiPort) {
        connection().close("it does as if it were a frontend");
    }

    @Override
    public void leaves() {
        if (worker != null) {
            leaving = true;
            LOG.log(Level.INFO, "{0} is about to stop", worker);
            setting.arrivals().leaving(worker.id());
        }
    }

    @Override
    public void dismissed() {
        connection().close("it does as if it were a frontend");
    }

    @Override
    public void received(Message message) {
        if (worker == null || courier == null) {
            return;
        }
        switch (message) {
            case Event(InvocationProgress about)
            when !about.reservation().worker().equals(worker.id()) ->
                connection().close("it tells of an invocation that another worker has");
            case Event(var event) -> setting.events().happened(worker.id(), event);
            case PackageMessage about -> courier.received(about);
            case KeyMade(var key) -> setting.arrivals().keyMade(worker.id(), key);
            case KeyEnded(var id) -> setting.arrivals().keyEnded(worker.id(), id);
            case Command _, Members _ -> connection().close("it speaks as a frontend does");
        }
    }

    @Override
    public void unsent(Message message) {
        if (worker != null && message instanceof Command(var command)) {
            switch (command) {
                case WorkerCommand.Invoke(var reservation, var invocation) ->
                    setting.events()
                            .happened(worker.id(), new Ended(invocation.requestId(), reservation, new Refused(UNSENT)));
                case WorkerCommand.Start(var spec) ->
                    setting.events().happened(worker.id(), new StartRefused(spec.id(), UNSENT));
                case WorkerCommand.Credit _,
                        WorkerCommand.Retire _,
                        WorkerCommand.Expect _,
                        WorkerCommand.TakeUp _,
                        WorkerCommand.MakeRoom _ -> {}
            }
        }
    }

    @Override
    public void ended(String why, List<Message> unsent) {
        var left = worker;
        if (left == null) {
            LOG.log(
                    refused ? Level.DEBUG : Level.WARNING,
                    "A connection for workers{0} has ended: {1}",
                    connection == null ? "" : " from " + connection.peer() + " (" + certified + ")",
                    why);
            return;
        }
        LOG.log(leaving ? Level.INFO : Level.WARNING, "The connection to {0} has ended: {1}", left, why);
        if (courier != null) {
            courier.close();
        }
        try {
            setting.arrivals().unreachable(left.id());
            unsent.forEach(this::unsent);
            setting.arrivals().lost(left.id());
        } finally {
            setting.roster().leave(left.id(), this);
        }
    }
}
