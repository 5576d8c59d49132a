package hearth.server.cli;

import hearth.cluster.Store;
import hearth.server.RunningServer;
import hearth.server.RunningServer.State;
import hearth.server.ServerFile;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// `hearth status`: whether a server runs with this data folder, and serves.
final class StatusCommand {
    static final Command COMMAND = new Command(
            "status",
            "",
            "Says whether a server runs with this data folder: ends with 0 if it is ready, 3 if none runs, 4 if one runs"
                    + " that is not ready. With --store, what the members of the cluster in that database are and have: ends"
                    + " with 0 if one is there, 3 if none is.",
            List.of(Option.DATA, StoreOption.STORE),
            StatusCommand::run);

    private StatusCommand() {}

    private static int run(Arguments arguments) throws IOException {
        var store = StoreOption.url(arguments, StoreOption.STORE);
        if (store.isPresent()) {
            var status = ClusterStatus.read(store.get());
            status.print(store.get());
            return status.isAnyHere() ? ExitStatus.SUCCESS : ExitStatus.NOT_RUNNING;
        }
        var data = arguments.folder(Option.DATA);
        var said = ServerFile.read(data);
        if (said.isEmpty() || !said.get().isAlive()) {
            System.out.println("No server runs with the data folder " + data);
            return ExitStatus.NOT_RUNNING;
        }
        var server = said.get();
        boolean ready = server.state() == State.READY && ReadyProbe.answers(server.address());
        var state = server.state() == State.READY && !ready
                ? "does not answer"
                : "is " + server.state().name().toLowerCase(Locale.ROOT);
        System.out.println("Hearth " + server.version() + " " + state + place(server));
        System.out.println("  pid        " + server.pid() + ", since " + server.since());
        System.out.println("  data       " + data);
        System.out.println("  auth       " + server.auth());
        Store.elsewhere(data)
                .ifPresent(url -> System.out.println(
                        "  store      " + url + " (hearth status --store tells of all servers that share it)"));
        if (!server.sandboxes().isEmpty()) {
            System.out.println("  sandboxes  " + server.sandboxes());
        }
        return ready ? ExitStatus.SUCCESS : ExitStatus.NOT_READY;
    }

    private static String place(RunningServer server) {
        return server.address().isEmpty() ? "" : " at " + server.address();
    }
}
