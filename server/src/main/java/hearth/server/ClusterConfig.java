package hearth.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The configuration of how a process works with others.
///
/// @param listen where other members of the cluster reach this one, with which it shares its store; empty for a server
///     that has its store for itself (`--cluster-listen`)
/// @param workersListen where workers on other hosts join the frontend of this process; empty for nowhere
///     (`--workers-listen`)
/// @param join where frontends listen that the worker of this process joins: one or more of a cluster, which tells of
///     the others; empty for that of the same process (`--join`)
/// @param zone of this host, which has its power and network apart from other zones; empty for none (`--zone`)
/// @param workerId the worker's name; empty for that of its certificate (`--worker-id`)
/// @param certificates folder that `hearth cluster certificate` made for this process (`--cluster-certificates`)
public record ClusterConfig(
        Optional<HostPort> listen,
        Optional<HostPort> workersListen,
        List<HostPort> join,
        String zone,
        String workerId,
        Optional<Path> certificates) {
    /// One process alone.
    public static final ClusterConfig NONE =
            new ClusterConfig(Optional.empty(), Optional.empty(), List.of(), "", "", Optional.empty());
}
