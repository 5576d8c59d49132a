package hearth.server.cli;

import hearth.server.StartException;
import hearth.worker.linux.OwnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Starts a server on a folder of its own, asks it for a few things, and stops it: what the JVM sees here, its
/// ahead-of-time cache holds for the next start. `./hearth` runs this once after each build.
final class RehearseCommand {
    static final Command COMMAND =
            new Command("rehearse", "", "Trains the ahead-of-time cache.", List.of(), _ -> run());

    private RehearseCommand() {}

    private static int run() throws IOException, StartException, InterruptedException {
        OwnProcess.keepFilesPrivate();
        var folder = Files.createTempDirectory("hearth-rehearsal");
        var words = List.of("--port", "0", "--data", folder.toString(), "--pool-memory", "64");
        try {
            // With nobody's environment: a server of the user may have its ready file and its service manager.
            var arguments = Arguments.parse(UpCommand.COMMAND, words, Map.of());
            try (var hearth = UpCommand.start(
                    UpCommand.config(arguments),
                    new ReadyFile(Optional.empty()),
                    NotifySocket.of(Map.of()),
                    new CountDownLatch(1))) {
                try (var rehearsal = new Rehearsal(hearth.address(), folder)) {
                    rehearsal.run();
                }
            }
            return 0;
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
