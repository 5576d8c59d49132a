package hearth.server.cli;

import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogEvent;
import hearth.worker.logs.LogGroup;
import hearth.worker.logs.LogReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// `hearth logs`: what a function has written. Reads the files of the data folder, so that no server is needed.
final class LogsCommand {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final String FUNCTION_GROUPS = "/aws/lambda/";

    /// The number of others that are named where there is no log.
    private static final int LISTED = 20;

    private static final Option FOLLOW =
            Option.flag("--follow", "Goes on with what is written from now on, until Ctrl-C");
    private static final Option SINCE = Option.of("--since", "TIME", "", "Leaves out what is older, such as 10m");
    private static final Option ACCOUNT = Option.of("--account", "12-DIGITS", "000000000000", "The function's account")
            .orEnvironment("HEARTH_ACCOUNT_ID");
    private static final Option REGION = Option.of("--region", "REGION", "us-east-1", "The function's region")
            .orEnvironment("AWS_REGION");

    static final Command COMMAND = new Command(
            "logs",
            "NAME",
            "Prints the log of a function, or of a log group whose name begins with a slash.",
            List.of(Option.DATA, FOLLOW, SINCE, ACCOUNT, REGION),
            LogsCommand::run);

    private LogsCommand() {}

    private static int run(Arguments arguments) throws IOException, InterruptedException {
        var name = arguments.operand();
        var directory = new LogDirectory(arguments.folder(Option.DATA).resolve("logs"));
        var group = new LogGroup(
                arguments.account(ACCOUNT).value(),
                arguments.text(REGION),
                name.startsWith("/") ? name : FUNCTION_GROUPS + name);
        var reader = new LogReader(
                directory,
                group.account(),
                group.region(),
                group.name(),
                arguments.duration(SINCE).map(Instant.now()::minus).orElse(Instant.EPOCH));
        if (reader.isEmpty()) {
            tellOfNothing(directory, group);
            if (!arguments.flag(FOLLOW)) {
                return ExitStatus.FAILURE;
            }
            System.err.println("Waiting for its first lines.");
        }
        if (arguments.flag(FOLLOW)) {
            reader.follow(INTERVAL, LogsCommand::print);
        } else {
            reader.poll().forEach(LogsCommand::print);
        }
        return 0;
    }

    private static void tellOfNothing(LogDirectory directory, LogGroup wanted) {
        System.err.printf(
                "hearth: there is no log of %s in account %s and region %s: nothing is in %s. A function's log begins with"
                        + " its first invocation.%n",
                wanted.name(), wanted.account(), wanted.region(), directory.folder(wanted));
        var groups = directory.groups();
        if (groups.isEmpty()) {
            System.err.println("There are no logs at all in " + directory.root());
            return;
        }
        System.err.println("There are logs of:");
        groups.stream()
                .limit(LISTED)
                .forEach(group -> System.err.printf(
                        "  %s --account %s --region %s%n", shown(group), group.account(), group.region()));
        if (groups.size() > LISTED) {
            System.err.printf("  and %d more%n", groups.size() - LISTED);
        }
    }

    private static String shown(LogGroup group) {
        return group.name().startsWith(FUNCTION_GROUPS)
                ? group.name().substring(FUNCTION_GROUPS.length())
                : group.name();
    }

    private static void print(LogEvent event) {
        var message = event.message();
        System.out.print(event.timestamp() + " " + (message.endsWith("\n") ? message : message + "\n"));
    }
}
