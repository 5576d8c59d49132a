package hearth.server.cli;

import hearth.cluster.StoreUrl;
import java.util.Optional;

/// `--store`: the database that commands work with.
final class StoreOption {
    static final Option STORE = Option.of(
                    "--store",
                    "URL",
                    "",
                    "A PostgreSQL database that keeps functions and events, such as"
                            + " postgresql://hearth@db.example.com/hearth; else the data folder does. The password is best left to"
                            + " ~/.pgpass, or to this variable")
            .orEnvironment("HEARTH_STORE");

    private StoreOption() {}

    /// @return empty where none is named
    static Optional<StoreUrl> url(Arguments arguments, Option option) {
        var text = arguments.text(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(StoreUrl.parse(text));
        } catch (IllegalArgumentException e) {
            throw new UsageException(option.name() + " " + e.getMessage());
        }
    }
}
