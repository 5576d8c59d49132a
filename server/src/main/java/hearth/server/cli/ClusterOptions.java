package hearth.server.cli;

import hearth.server.ClusterConfig;
import hearth.server.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The options of `hearth up` that say how the process works with others.
final class ClusterOptions {
    private static final Option WORKERS_LISTEN = Option.of(
                    "--workers-listen",
                    "ADDRESS:PORT",
                    "",
                    "Where workers on other hosts join the frontend of this process, such as 10.0.0.1:9100")
            .orEnvironment("HEARTH_WORKERS_LISTEN");
    private static final Option JOIN = Option.of(
                    "--join",
                    "HOST:PORT",
                    "",
                    "The --workers-listen of the frontend that this worker joins, which is the process's only role")
            .orEnvironment("HEARTH_JOIN");
    private static final Option ZONE = Option.of(
                    "--zone", "NAME", "", "The zone of this worker's host: hosts that fail together are in one")
            .orEnvironment("HEARTH_ZONE");
    private static final Option WORKER_ID = Option.of(
                    "--worker-id", "NAME", "", "This worker's name; else, and in any case, that of its certificate")
            .orEnvironment("HEARTH_WORKER_ID");
    private static final Option CERTIFICATES = Option.of(
                    "--cluster-certificates",
                    "DIR",
                    "",
                    "The folder that `hearth cluster certificate` made for this process, by which others know it")
            .orEnvironment("HEARTH_CLUSTER_CERTIFICATES");

    static final List<Option> ALL = List.of(WORKERS_LISTEN, JOIN, ZONE, WORKER_ID, CERTIFICATES);

    private ClusterOptions() {}

    static ClusterConfig config(Arguments arguments) {
        return new ClusterConfig(
                address(arguments, WORKERS_LISTEN),
                address(arguments, JOIN),
                arguments.text(ZONE),
                arguments.text(WORKER_ID),
                arguments.text(CERTIFICATES).isEmpty()
                        ? Optional.<Path>empty()
                        : Optional.of(arguments.folder(CERTIFICATES)));
    }

    private static Optional<HostPort> address(Arguments arguments, Option option) {
        var text = arguments.text(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(HostPort.parse(text));
        } catch (IllegalArgumentException e) {
            throw new UsageException(option.name() + " " + e.getMessage());
        }
    }
}
