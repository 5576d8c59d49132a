package hearth.server.cli;

import hearth.server.Hearth;
import hearth.server.logging.ConsoleLog;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What `./hearth` runs.
public final class Main {
    /// When this class was loaded, on the clock of `System.nanoTime`.
    static final long STARTED = System.nanoTime();

    static final List<Command> COMMANDS = List.of(
            UpCommand.COMMAND,
            DoctorCommand.COMMAND,
            RuntimesCommand.COMMAND,
            KeysCommands.CREATE,
            KeysCommands.LIST,
            KeysCommands.DELETE,
            LogsCommand.COMMAND,
            new Command("version", "", "Prints the version.", List.of(), _ -> version()),
            RehearseCommand.COMMAND);

    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] words) {
        System.exit(run(System.getenv(), words));
    }

    /// @return the exit status
    static int run(Map<String, String> environment, String... words) {
        try {
            ConsoleLog.install(Settings.logLevel(environment));
            Settings.refuseUnknown(environment);
            return run(environment, List.of(words));
        } catch (UsageException e) {
            System.err.println("hearth: " + e.getMessage());
            return MISUSED;
        } catch (Exception e) {
            System.err.println("hearth: " + (e.getMessage() == null ? e : e.getMessage()));
            System.getLogger(Main.class.getName()).log(Level.DEBUG, "The command failed", e);
            return FAILED;
        }
    }

    private static int run(Map<String, String> environment, List<String> words) throws Exception {
        if (words.isEmpty() || words.equals(List.of("help")) || words.equals(List.of("--help"))) {
            printHelp(System.out);
            return 0;
        }
        for (var command : COMMANDS) {
            var name = Arrays.asList(command.name().split(" "));
            if (words.size() >= name.size() && words.subList(0, name.size()).equals(name)) {
                var rest = words.subList(name.size(), words.size());
                if (rest.contains("--help")) {
                    System.out.println(command.help());
                    return 0;
                }
                return command.action().run(Arguments.parse(command, rest, environment));
            }
        }
        printHelp(System.err);
        throw new UsageException("there is no command " + String.join(" ", words));
    }

    private static void printHelp(PrintStream out) {
        out.println("Usage: hearth COMMAND [OPTIONS]");
        for (var command : COMMANDS) {
            if (!command.equals(RehearseCommand.COMMAND)) {
                out.printf("  %-18s %s%n", (command.name() + " " + command.operand()).strip(), command.description());
            }
        }
        out.printf("  %-18s %s%n", "verify", "Builds everything, and runs every test.");
        out.printf("  %-18s %s%n", "bench [--quick]", "Measures, each row beside its floor.");
        out.println("hearth COMMAND --help tells the options. Those with a variable beside them can be set by it too.");
    }

    private static int version() {
        System.out.println("Hearth " + Hearth.VERSION + " on Java " + Runtime.version());
        return 0;
    }
}
