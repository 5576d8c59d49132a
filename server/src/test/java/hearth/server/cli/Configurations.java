package hearth.server.cli;

import hearth.server.ServerConfig;
import java.util.List;
import java.util.Map;

/// Configurations as the command line makes them, for tests of other packages.
public final class Configurations {
    private Configurations() {}

    public static ServerConfig parse(List<String> words) {
        return UpCommand.config(Arguments.parse(UpCommand.COMMAND, words, Map.of()));
    }
}
