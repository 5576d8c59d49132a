package hearth.server.cli;

import hearth.server.RunningServer;
import hearth.server.ServerFile;
import hearth.server.StartException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `hearth stop`: ends the server of this data folder as Ctrl-C does, and returns when it has ended.
final class StopCommand {
    /// The time that a server takes besides its drain: hundreds of sandboxes are to be removed.
    private static final Duration REMOVAL = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(20);

    private static final Option TIMEOUT =
            Option.of("--timeout", "TIME", "", "How long to wait for its end; else its --drain and a minute more");

    static final Command COMMAND = new Command(
            "stop",
            "",
            "Stops the server of this data folder, and returns when it has ended. None that runs is no failure.",
            List.of(Option.DATA, TIMEOUT),
            StopCommand::run);

    private StopCommand() {}

    private static int run(Arguments arguments) throws IOException, InterruptedException, StartException {
        var data = arguments.folder(Option.DATA);
        var said = ServerFile.read(data).filter(RunningServer::isAlive);
        if (said.isEmpty()) {
            System.out.println("No server runs with the data folder " + data);
            return ExitStatus.SUCCESS;
        }
        var server = said.get();
        var process = ProcessHandle.of(server.pid());
        if (process.isPresent() && !process.get().destroy() && server.isAlive()) {
            throw new StartException(
                    "The server with pid " + server.pid() + " is another user's, and cannot be stopped by you.");
        }
        var patience = arguments.duration(TIMEOUT).orElse(server.drain().plus(REMOVAL));
        long end = System.nanoTime() + patience.toNanos();
        while (server.isAlive()) {
            if (System.nanoTime() - end >= 0) {
                throw new StartException("The server with pid %d was told to stop, and has not ended within %d s."
                        .formatted(server.pid(), patience.toSeconds()));
            }
            Thread.sleep(POLL);
        }
        System.out.println("Stopped the server with pid " + server.pid());
        return ExitStatus.SUCCESS;
    }
}
