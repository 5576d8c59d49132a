package hearth.server.cli;

import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogEvent;
import hearth.worker.logs.LogReader;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hearth logs`: what a function has written. Reads the files of the data folder, so that no server is needed.
@Command(name = "logs", description = "Prints a function's log.")
final class LogsCommand implements Runnable {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final String FUNCTION_GROUPS = "/aws/lambda/";

    @Parameters(
            paramLabel = "NAME",
            description = "The function's name; or that of its log group, which begins with a slash.")
    private String name = "";

    @Option(names = "--follow", description = "Goes on with what is written from now on, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--since", paramLabel = "TIME", description = "Leaves out what is older, such as 10m.")
    private @Nullable Duration since;

    @Option(
            names = "--account",
            paramLabel = "12 DIGITS",
            defaultValue = "${env:HEARTH_ACCOUNT_ID:-000000000000}",
            description = "The function's account (${DEFAULT-VALUE}).")
    private String account = "";

    @Option(
            names = "--region",
            paramLabel = "REGION",
            defaultValue = "${env:AWS_REGION:-${env:AWS_DEFAULT_REGION:-us-east-1}}",
            description = "The function's region (${DEFAULT-VALUE}).")
    private String region = "";

    @Mixin
    private DataFolder data = new DataFolder();

    @Override
    public void run() {
        var group = name.startsWith("/") ? name : FUNCTION_GROUPS + name;
        var from = since == null ? Instant.EPOCH : Instant.now().minus(since);
        var reader = new LogReader(new LogDirectory(data.path().resolve("logs")), account, region, group, from);
        try {
            if (follow) {
                reader.follow(INTERVAL, LogsCommand::print);
            } else {
                reader.poll().forEach(LogsCommand::print);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot read the logs of " + group + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.flush();
    }

    private static void print(LogEvent event) {
        var message = event.message();
        System.out.print(event.timestamp() + " " + (message.endsWith("\n") ? message : message + "\n"));
    }
}
