package hearth.server.cli;

import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.server.AuthMode;
import hearth.server.Hearth;
import hearth.server.Role;
import hearth.server.ServerConfig;
import hearth.server.ServiceConfig;
import hearth.server.StartException;
import hearth.worker.environment.StreamPace;
import hearth.worker.sandbox.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// Starts a server on a folder of its own, asks it for a few things, and stops it: what the JVM sees here, its
/// ahead-of-time cache holds for the next start. `./hearth` runs this once after each build.
final class RehearseCommand {
    static final Command COMMAND =
            new Command("rehearse", "", "Trains the ahead-of-time cache.", List.of(), _ -> run());

    private RehearseCommand() {}

    private static int run() throws IOException, StartException {
        var folder = Files.createTempDirectory("hearth-rehearsal");
        try {
            var config = config(folder);
            try (var hearth = Hearth.start(config)) {
                System.out.print(new ReadyMessage(hearth, config, Duration.ZERO));
                try (var rehearsal = new Rehearsal(hearth.address(), folder)) {
                    rehearsal.run();
                }
            }
            return 0;
        } finally {
            delete(folder);
        }
    }

    private static ServerConfig config(Path folder) {
        return new ServerConfig(
                "127.0.0.1",
                0,
                Optional.empty(),
                ServiceEndpoints.NONE,
                true,
                folder,
                AuthMode.NONE,
                new AccountId("000000000000"),
                Optional.empty(),
                new NetworkPolicy(true, List.of(), List.of()),
                Bytes.mebibytes(64),
                75,
                Duration.ofMinutes(1),
                ControlLimits.DEFAULT,
                StreamPace.AWS,
                EnumSet.allOf(Role.class),
                1,
                ServiceConfig.DEFAULT,
                Guest.folder());
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
