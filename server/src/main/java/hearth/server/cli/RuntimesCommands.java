package hearth.server.cli;

import hearth.server.install.InstallException;
import hearth.server.install.Installer;
import hearth.server.install.RuntimesTable;
import hearth.server.install.Wanted;
import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.KeptRuntimes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `hearth runtimes`: the Lambda runtimes that this host can run, and what makes it run the others. A running server
/// sees changes with the next function that starts.
final class RuntimesCommands {
    private static final Option FROM = Option.of(
            "--from", "DIR|ARCHIVE", "", "Takes it from a folder, or an archive that tar reads, and fetches nothing");
    private static final Option SDK_CLIENTS = Option.list(
            "--sdk-clients",
            "NAMES",
            "Clients of aws-sdk-js besides the usual forty, such as glue,batch; those of the last time stay");

    static final Command LIST = new Command(
            "runtimes",
            "",
            "Lists AWS's runtimes and SDKs: which this host has, and the command that brings each of the others.",
            List.of(Option.DATA),
            RuntimesCommands::list);
    static final Command INSTALL = new Command(
            "runtimes install",
            "NAME[@VERSION]…",
            "Installs runtimes, such as nodejs22.x or python3.13, or AWS's SDKs for them, boto3 and aws-sdk-js. Node.js and"
                    + " aws-sdk-js come from npm, boto3 from an interpreter of this host or from Debian, all others from"
                    + " Debian. Root is needed for Debian's interpreters alone.",
            List.of(Option.DATA, FROM, SDK_CLIENTS),
            RuntimesCommands::install);
    static final Command REMOVE = new Command(
            "runtimes remove",
            "NAME[@VERSION]…",
            "Removes what was installed into the data folder. Functions that run on it fail then, and start on another.",
            List.of(Option.DATA),
            RuntimesCommands::remove);

    private RuntimesCommands() {}

    private static int list(Arguments arguments) {
        System.out.print(new RuntimesTable(layout(arguments), arguments.environment()).text());
        return 0;
    }

    private static int install(Arguments arguments) throws InstallException, IOException {
        var from = arguments.text(FROM);
        installer(arguments)
                .install(
                        wanted(arguments),
                        new Installer.Options(
                                from.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(Path.of(from).toAbsolutePath()),
                                arguments.list(SDK_CLIENTS)));
        return 0;
    }

    private static int remove(Arguments arguments) throws InstallException, IOException {
        installer(arguments).remove(wanted(arguments));
        return 0;
    }

    private static Installer installer(Arguments arguments) {
        return new Installer(layout(arguments), arguments.environment(), System.out);
    }

    private static HostLayout layout(Arguments arguments) {
        return HostLayout.of(arguments.environment(), Guest.folder(), KeptRuntimes.in(arguments.folder(Option.DATA)));
    }

    private static List<Wanted> wanted(Arguments arguments) throws InstallException {
        var wanted = new ArrayList<Wanted>();
        for (var name : arguments.operands()) {
            wanted.add(Wanted.of(name));
        }
        return wanted;
    }
}
