package hearth.server.cli;

import hearth.cluster.StoreCommands;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/// `hearth drain`: has a host of a cluster hand on what it has, and be given nothing more.
///
/// It writes to the database that the members share. Whoever may do that may do anything: there is no other leave.
final class DrainCommand {
    private static final Option UNDO = Option.flag("--undo", "Lets the host take part again");
    private static final Option NO_WAIT = Option.flag("--no-wait", "Returns at once");
    private static final Duration LOOK = Duration.ofMillis(500);

    static final Command COMMAND = new Command(
            "drain",
            "HOST",
            "Has a member or worker of a cluster hand on what it has, and be given nothing more; waits until nothing is"
                    + " left there. Ctrl-C ends the waiting alone. HOST is the name of its certificate.",
            List.of(StoreOption.STORE, UNDO, NO_WAIT),
            DrainCommand::run);

    private DrainCommand() {}

    private static int run(Arguments arguments) throws InterruptedException {
        var url = StoreOption.url(arguments, StoreOption.STORE)
                .orElseThrow(
                        () -> new UsageException("--store names the database that the members of the cluster share"));
        var host = arguments.operand();
        try (var commands = StoreCommands.open(url, new SecureRandom())) {
            if (arguments.flag(UNDO)) {
                System.out.println(
                        commands.drains().end(host) ? host + " takes part again" : host + " was not being drained");
                return ExitStatus.SUCCESS;
            }
            if (!ClusterStatus.read(commands).knows(host)) {
                throw new IllegalArgumentException("there is neither a member nor a worker " + host
                        + " that a member has heard of: hearth status --store URL lists them");
            }
            System.out.println(
                    commands.drains().begin(host)
                            ? host + " is being drained now, until hearth drain --undo " + host
                            : host + " was being drained already");
            if (!arguments.flag(NO_WAIT)) {
                await(commands, host);
            }
        }
        return ExitStatus.SUCCESS;
    }

    private static void await(StoreCommands commands, String host) throws InterruptedException {
        var told = "";
        while (true) {
            var status = ClusterStatus.read(commands);
            if (!status.knows(host)) {
                System.out.println(host + " is gone");
                return;
            }
            var left = status.left(host);
            if (left.isEmpty()) {
                System.out.println("Nothing is left on " + host);
                return;
            }
            if (!left.equals(told)) {
                System.out.println("  left: " + left);
                told = left;
            }
            Thread.sleep(LOOK);
        }
    }
}
