package hearth.server.cli;

import hearth.server.ClusterConfig;
import hearth.server.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The options of `hearth up` that say how the process works with others.
final class ClusterOptions {
    private static final Option LISTEN = Option.of(
                    "--cluster-listen",
                    "ADDRESS:PORT",
                    "",
                    "Where other members of the cluster reach this one, such as 10.0.0.1:9200. It shares its --store and"
                            + " its --objects with them")
            .orEnvironment("HEARTH_CLUSTER_LISTEN");
    private static final Option WORKERS_LISTEN = Option.of(
                    "--workers-listen",
                    "ADDRESS:PORT",
                    "",
                    "Where workers on other hosts join the frontend of this process, such as 10.0.0.1:9100")
            .orEnvironment("HEARTH_WORKERS_LISTEN");
    private static final Option JOIN = Option.of(
                    "--join",
                    "HOST:PORT,…",
                    "",
                    "The --workers-listen of a frontend that this worker joins, which is the process's only role. Of a"
                            + " cluster one is enough, and more are better: the worker is told of all the others")
            .orEnvironment("HEARTH_JOIN");
    private static final Option ZONE = Option.of(
                    "--zone", "NAME", "", "The zone of this host: hosts that fail together are in one")
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

    static final List<Option> ALL = List.of(LISTEN, WORKERS_LISTEN, JOIN, ZONE, WORKER_ID, CERTIFICATES);

    private ClusterOptions() {}

    static ClusterConfig config(Arguments arguments) {
        var listen = address(arguments, LISTEN);
        var workersListen = address(arguments, WORKERS_LISTEN);
        listen.ifPresent(told -> {
            requireOneAddress(LISTEN, told, "other members of the cluster are");
            if (told.port() == 0) {
                throw new UsageException(LISTEN.name() + " " + told
                        + " names no port, and other members of the cluster are told it: choose one, such as "
                        + new HostPort(told.host(), 9200));
            }
            // Of a member. A frontend that is none tells nobody: its workers name an address of it themselves.
            workersListen.ifPresent(workers ->
                    requireOneAddress(WORKERS_LISTEN, workers, "workers and other members of the cluster are"));
        });
        return new ClusterConfig(
                listen,
                workersListen,
                addresses(arguments, JOIN),
                arguments.text(ZONE),
                arguments.text(WORKER_ID),
                arguments.text(CERTIFICATES).isEmpty()
                        ? Optional.<Path>empty()
                        : Optional.of(arguments.folder(CERTIFICATES)));
    }

    private static List<HostPort> addresses(Arguments arguments, Option option) {
        var text = arguments.text(option);
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1))
                        .map(one -> parse(option, one.strip()))
                        .toList();
    }

    private static Optional<HostPort> address(Arguments arguments, Option option) {
        var text = arguments.text(option);
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(option, text));
    }

    private static void requireOneAddress(Option option, HostPort address, String who) {
        if (address.isWildcard()) {
            throw new UsageException(option.name() + " " + address + " is every address of this host, and " + who
                    + " told it: name the one by which they reach this host, such as 10.0.0.1:" + address.port());
        }
    }

    private static HostPort parse(Option option, String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option.name() + " " + e.getMessage());
        }
    }
}
