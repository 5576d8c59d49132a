package hearth.server.cli;

import hearth.cluster.DataFolderLock;
import hearth.cluster.DataMove;
import java.util.List;

/// `hearth migrate`: moves what one machine has kept in its data folder to a PostgreSQL database.
final class MigrateCommand {
    private static final Option FROM = Option.of("--from", "DIR", "~/.hearth", "The data folder; no server runs there");
    private static final Option TO = Option.of(
            "--to", "URL", "", "The database, which must be empty: such as postgresql://hearth@db.example.com/hearth");

    static final Command COMMAND = new Command(
            "migrate",
            "",
            "Copies functions, layers, mappings and waiting events of a data folder to an empty PostgreSQL database, for"
                    + " `hearth up --store`. All of it, or nothing; the folder stays as it is.",
            List.of(FROM, TO),
            MigrateCommand::run);

    private MigrateCommand() {}

    private static int run(Arguments arguments) {
        var to = StoreOption.url(arguments, TO)
                .orElseThrow(() -> new UsageException(TO.name() + " is missing: it names the database"));
        var from = arguments.folder(FROM);
        if (!java.nio.file.Files.isDirectory(from)) {
            throw new UsageException(FROM.name() + " is a data folder, and there is none at " + from);
        }
        try (var lock = DataFolderLock.take(from)) {
            var moved = DataMove.move(lock, to, text -> System.err.println("hearth: " + text));
            System.out.printf(
                    "Moved %d rows, with %d functions and %d events, to %s%n",
                    moved.values().stream().mapToLong(Long::longValue).sum(),
                    moved.getOrDefault("functions", 0L),
                    moved.getOrDefault("events", 0L),
                    to);
            System.out.printf(
                    "Now start the server with --data %s --store and the same database: deployment packages are still in"
                            + " that folder.%n",
                    from);
        }
        return ExitStatus.SUCCESS;
    }
}
