package hearth.server.cli;

import hearth.server.Hearth;
import hearth.server.logging.ConsoleLog;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The program that `./hearth` runs.
public final class Main {
    /// When this class was loaded, on the clock of `System.nanoTime`.
    static final long STARTED = System.nanoTime();

    static final List<Command> COMMANDS = List.of(
            UpCommand.COMMAND,
            StatusCommand.COMMAND,
            DrainCommand.COMMAND,
            EventsCommand.COMMAND,
            MappingsCommand.COMMAND,
            MigrateCommand.COMMAND,
            StopCommand.COMMAND,
            DoctorCommand.COMMAND,
            ClusterCommands.INIT,
            ClusterCommands.CERTIFICATE,
            HaproxyCommand.COMMAND,
            RuntimesCommands.INSTALL,
            RuntimesCommands.REMOVE,
            RuntimesCommands.LIST,
            KeysCommands.CREATE,
            KeysCommands.LIST,
            KeysCommands.DELETE,
            LogsCommand.COMMAND,
            new Command("version", "", "Prints the version.", List.of(), _ -> version()),
            RehearseCommand.COMMAND);

    /// The commands that the script runs without Java: name, and what it does.
    private static final Map<String, String> OF_THE_SCRIPT = new TreeMap<>(Map.of(
            "build", "Builds what has changed, and nothing else.",
            "verify", "Builds everything, and runs every test.",
            "test", "Runs some tests, seconds after an edit: test MODULE [CLASS].",
            "package", "Makes a tarball and a Debian package.",
            "bench", "Measures, each row beside its floor; --quick does less."));

    private Main() {}

    public static void main(String[] words) {
        System.exit(run(System.getenv(), words));
    }

    /// @return the exit status
    static int run(Map<String, String> environment, String... words) {
        try {
            ConsoleLog.install(Settings.logLevels(environment), Settings.logForm(environment));
            Settings.unknown(environment).forEach(text -> System.err.println("hearth: warning: " + text));
            return run(environment, List.of(words));
        } catch (UsageException e) {
            System.err.println("hearth: " + e.getMessage());
            return ExitStatus.MISUSE;
        } catch (Exception e) {
            System.err.println("hearth: " + (e.getMessage() == null ? e : e.getMessage()));
            System.getLogger(Main.class.getName()).log(Level.DEBUG, "The command failed", e);
            return ExitStatus.FAILURE;
        }
    }

    private static int run(Map<String, String> environment, List<String> words) throws Exception {
        if (words.isEmpty()) {
            printHelp(System.out);
            return ExitStatus.SUCCESS;
        }
        var first = words.getFirst();
        if (first.equals("help") || isHelp(first)) {
            return help(words.subList(1, words.size()));
        }
        if (first.equals("--version")) {
            return version();
        }
        for (var command : COMMANDS) {
            var name = Arrays.asList(command.name().split(" "));
            if (words.size() >= name.size() && words.subList(0, name.size()).equals(name)) {
                var rest = words.subList(name.size(), words.size());
                return rest.stream().anyMatch(Main::isHelp)
                        ? help(name)
                        : command.action().run(Arguments.parse(command, rest, environment));
            }
        }
        if (words.stream().skip(1).anyMatch(Main::isHelp)) {
            return help(words.stream().filter(word -> !isHelp(word)).toList());
        }
        throw unknown(words);
    }

    private static boolean isHelp(String word) {
        return word.equals("--help") || word.equals("-h");
    }

    /// @param words that name a command, or several that begin with them
    private static int help(List<String> words) {
        if (words.isEmpty()) {
            printHelp(System.out);
            return ExitStatus.SUCCESS;
        }
        var name = String.join(" ", words);
        var meant = COMMANDS.stream()
                .filter(command -> (command.name() + " ").startsWith(name + " "))
                .map(Command::help)
                .collect(Collectors.joining("\n\n"));
        var scripted = OF_THE_SCRIPT.get(name);
        if (meant.isEmpty() && scripted == null) {
            throw unknown(words);
        }
        System.out.println(scripted == null ? meant : "Usage: hearth " + name + "\n" + scripted);
        return ExitStatus.SUCCESS;
    }

    private static UsageException unknown(List<String> words) {
        var first = words.getFirst();
        var seconds = COMMANDS.stream()
                .map(Command::name)
                .filter(name -> name.startsWith(first + " "))
                .map(name -> name.substring(first.length() + 1))
                .toList();
        if (!seconds.isEmpty()) {
            var wrong = words.size() > 1 ? " and not " + words.get(1) : "";
            return new UsageException("behind " + first + " comes " + String.join(" or ", seconds) + wrong + "."
                    + (words.size() > 1 ? Suggestion.of(words.get(1), seconds) : ""));
        }
        var names = new ArrayList<>(OF_THE_SCRIPT.keySet());
        names.add("help");
        for (var command : COMMANDS) {
            names.add(command.name());
            names.add(command.name().split(" ")[0]);
        }
        names.remove(RehearseCommand.COMMAND.name());
        return new UsageException(
                "there is no command " + first + "." + Suggestion.of(first, names) + " `hearth help` lists them.");
    }

    private static void printHelp(PrintStream out) {
        out.println("Usage: hearth COMMAND [OPTIONS]");
        for (var command : COMMANDS) {
            if (!command.equals(RehearseCommand.COMMAND)) {
                printCommand(out, (command.name() + " " + command.operand()).strip(), command.description());
            }
        }
        OF_THE_SCRIPT.forEach((name, description) -> printCommand(out, name, description));
        printCommand(out, "help COMMAND", "Tells a command's options, as hearth COMMAND --help does.");
        out.println("""
                Ends with 0 after success, 1 after a failure, 2 if the command cannot be understood; `status` with 3 if no
                server runs, and 4 if one runs that is not ready.""");
    }

    private static void printCommand(PrintStream out, String usage, String description) {
        out.printf("  %-26s %s%n", usage, description);
    }

    private static int version() {
        System.out.println("Hearth " + Hearth.VERSION + " on Java " + Runtime.version());
        return ExitStatus.SUCCESS;
    }
}
