package hearth.members;

import java.lang.System.Logger.Level;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.event.Logging;

/// What Pekko itself has to say, in Hearth's log: its errors, and at a lower level the rest. What an operator is to
/// know of members Hearth says itself. Made by Pekko, by its name.
final class PekkoLog extends AbstractActor {
    private static final System.Logger LOG = System.getLogger("hearth.members.pekko");

    PekkoLog() {}

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Logging.InitializeLogger.class, _ -> getSender().tell(Logging.loggerInitialized(), getSelf()))
                .match(Logging.Error.class, said -> LOG.log(Level.WARNING, text(said), cause(said)))
                .match(Logging.LogEvent.class, said -> LOG.log(Level.DEBUG, text(said)))
                .build();
    }

    private static String text(Logging.LogEvent said) {
        return said.logSource() + ": " + said.message();
    }

    private static Throwable cause(Logging.Error said) {
        return said.cause();
    }
}
