package hearth.link.wire;

import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyMessage;
import hearth.link.message.Message.Members;
import hearth.link.message.Message.PackageMessage;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.WorkerCommand;
import java.util.ArrayDeque;

/// The messages about one thing, which are sent in their order: those of an environment, of a package, the reports.
/// Those of different lanes overtake each other.
final class Lane {
    private static final String REPORTS = "reports";
    private static final String KEYS = "keys";
    private static final String MEMBERS = "members";
    private static final String EXPECTED = "expected functions";

    private final Object key;
    private final ArrayDeque<Outgoing> messages = new ArrayDeque<>(2);

    Lane(Object key) {
        this.key = key;
    }

    Object key() {
        return key;
    }

    ArrayDeque<Outgoing> messages() {
        return messages;
    }

    /// What a message is about.
    static Object of(Message message) {
        return switch (message) {
            case Command(var command) ->
                switch (command) {
                    case WorkerCommand.Start(var spec) -> spec.id();
                    case WorkerCommand.Invoke(var reservation, var _) -> reservation.environment();
                    case WorkerCommand.Credit(var environment, var _, var _) -> environment;
                    case WorkerCommand.Retire(var environment) -> environment;
                    case WorkerCommand.Expect _, WorkerCommand.MakeRoom _ -> EXPECTED;
                    case WorkerCommand.TakeUp(var shard, var _) -> shard;
                };
            case Event(var event) ->
                switch (event) {
                    case EnvironmentEvent about -> about.environment();
                    case InvocationProgress progress -> progress.reservation().environment();
                    case Report _ -> REPORTS;
                    case ShardEvent about -> about.shard();
                };
            case PackageMessage about -> about.request();
            case KeyMessage _ -> KEYS;
            case Members _ -> MEMBERS;
        };
    }
}
