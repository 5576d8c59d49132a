package hearth.server.cli;

import hearth.cluster.DataFolder;
import hearth.server.RunningServer;
import hearth.server.RunningServer.State;
import hearth.server.ServerFile;
import hearth.server.StartException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts the server as a process of its own, which the terminal does not end.
final class BackgroundServer {
    /// Tells the process that it is one. A variable in small letters, as those that the scripts give each other.
    private static final String MARK = "hearth_background";

    private static final String LOG_NAME = "server.log";
    private static final long LARGEST_LOG = 16 << 20;
    private static final int TAIL = 4 << 10;
    private static final Duration POLL = Duration.ofMillis(20);

    private final Path data;
    private final Path log;

    private BackgroundServer(Path data) {
        this.data = data;
        this.log = data.resolve(LOG_NAME);
    }

    /// @param leftOut options of this command that are not for the server's own
    /// @param untilReady whether to return when it serves; else when it has its data folder
    /// @return the exit status
    static int start(Path data, List<String> leftOut, boolean untilReady, Duration patience)
            throws IOException, InterruptedException, StartException {
        DataFolder.prepare(data);
        return new BackgroundServer(data).run(ownCommand(leftOut), untilReady, patience);
    }

    /// Whether this process was started so.
    static boolean isThis(Map<String, String> environment) {
        return environment.containsKey(MARK);
    }

    private int run(List<String> command, boolean untilReady, Duration patience)
            throws IOException, InterruptedException, StartException {
        startLog();
        long before = Files.size(log);
        var builder = new ProcessBuilder(command)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true);
        builder.environment().put(MARK, "true");
        builder.environment().put("hearth_java_home", System.getProperty("java.home"));
        var process = builder.start();
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - end < 0) {
            if (process.waitFor(POLL)) {
                throw new StartException(
                        "The server did not start:\n" + written(before).stripTrailing());
            }
            var said = saidBy(process.pid());
            if (said.isPresent() && (!untilReady || said.get().state() == State.READY)) {
                tell(said.get());
                return ExitStatus.SUCCESS;
            }
        }
        throw new StartException("The server (pid %d) is not ready after %d s, and goes on. It writes to %s"
                .formatted(process.pid(), patience.toSeconds(), log));
    }

    /// The record that this server has written. Until it does, there may be half a file of one that a power failure
    /// ended.
    private Optional<RunningServer> saidBy(long pid) {
        try {
            return ServerFile.read(data).filter(server -> server.pid() == pid);
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    private void tell(RunningServer server) {
        var where = server.address().isEmpty() ? "is starting" : "is ready at " + server.address();
        System.out.printf("Hearth %s (pid %d), and writes to %s%n", where, server.pid(), log);
        System.out.println("`hearth status` tells how it is, `hearth stop` ends it.");
    }

    private void startLog() throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG) {
            Files.move(log, log.resolveSibling(LOG_NAME + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(log)) {
            Files.createFile(log);
        }
    }

    /// The end of what the server has written since then.
    private String written(long since) throws IOException {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(since, file.length() - TAIL);
            var bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// This process's own command line, for a process that differs in its place only. By the script beside the
    /// program's files, where there is one: it holds on to them, which this process cannot do for another.
    private static List<String> ownCommand(List<String> leftOut) throws IOException {
        var words = List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1));
        int main = words.indexOf(Main.class.getName());
        var command = new ArrayList<String>();
        var script = Guest.folder().resolveSibling("bin").resolve("hearth");
        if (Files.isExecutable(script)) {
            command.add(script.toString());
        } else {
            command.add(Files.readSymbolicLink(Path.of("/proc/self/exe")).toString());
            command.addAll(words.subList(1, main + 1));
        }
        // The last word ends with a zero byte too, so that one more seems to follow.
        for (int i = main + 1; i < words.size() - 1; i++) {
            if (!isLeftOut(words.get(i), leftOut)) {
                command.add(words.get(i));
            } else if (words.get(i).equals(UpCommand.WAIT_TIMEOUT.name())) {
                i++;
            }
        }
        return command;
    }

    private static boolean isLeftOut(String word, List<String> leftOut) {
        return leftOut.stream().anyMatch(option -> word.equals(option) || word.startsWith(option + "="));
    }
}
