package hearth.server.cli;

import hearth.server.logging.ConsoleLog;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/// What `./hearth` runs.
@Command(
        name = "hearth",
        description = "AWS Lambda that anyone can run.",
        subcommands = {
            UpCommand.class,
            DoctorCommand.class,
            RuntimesCommand.class,
            KeysCommand.class,
            LogsCommand.class,
            VersionCommand.class,
            RehearseCommand.class
        },
        footer = {"", "hearth verify builds and runs every test; hearth bench measures."})
public final class Main implements Runnable {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(System.getenv(), arguments));
    }

    /// @return the exit status
    static int run(Map<String, String> environment, String... arguments) {
        try {
            Settings.refuseUnknown(environment);
            ConsoleLog.install(Settings.logLevel(environment));
        } catch (IllegalArgumentException e) {
            System.err.println("hearth: " + e.getMessage());
            return ExitCode.USAGE;
        }
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, Settings::duration)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("hearth: " + failure.getMessage());
                    return ExitCode.SOFTWARE;
                });
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
