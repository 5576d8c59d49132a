package hearth.server.cli;

import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.Runtimes;
import java.util.List;

/// `hearth runtimes`: the Lambda runtimes that this host can run.
final class RuntimesCommand {
    static final Command COMMAND =
            new Command("runtimes", "", "Lists the runtimes that this host can run.", List.of(), _ -> run());

    private RuntimesCommand() {}

    private static int run() {
        var runtimes = Runtimes.discover(HostLayout.of(System.getenv(), Guest.folder()));
        System.out.printf("%-16s %-10s %s%n", "RUNTIME", "VERSION", "FOUND");
        for (var row : runtimes.table()) {
            System.out.printf(
                    "%-16s %-10s %s%n",
                    row.id(), row.version(), row.installed() ? row.note() : "not here: " + row.note());
        }
        return 0;
    }
}
