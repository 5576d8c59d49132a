package hearth.server;

import java.util.Set;

/// Whether the roles of a process can be taken together, and have what they need.
final class RoleCheck {
    private RoleCheck() {}

    static void check(ServerConfig config) throws StartException {
        var roles = config.roles();
        var cluster = config.cluster();
        boolean frontend = roles.contains(Role.FRONTEND);
        boolean worker = roles.contains(Role.WORKER);
        boolean joins = !cluster.join().isEmpty();
        boolean listens = cluster.workersListen().isPresent();
        refuse(roles.isEmpty(), "A server without a role has nothing to do.");
        refuse(
                roles.contains(Role.EVENTS) && !frontend,
                "The roles frontend and events must be in one process, for now.");
        refuse(
                worker && !frontend && !joins,
                "A worker whose process has no frontend joins one: --join HOST:PORT names it.");
        refuse(
                joins && !roles.equals(Set.of(Role.WORKER)),
                "--join is for a process that has the role worker alone, for now: --roles worker.");
        refuse(
                frontend && !worker && !listens,
                "A frontend without a worker in its process needs some that join it: --workers-listen ADDRESS:PORT.");
        boolean member = cluster.listen().isPresent();
        refuse(
                member && !frontend,
                "--cluster-listen is for a process with the role frontend: workers join members by --join.");
        refuse(
                member && config.store().isEmpty(),
                "Members of a cluster share a database: --store names it, beside --cluster-listen.");
        refuse(
                member && !listens,
                "Members of a cluster are joined by workers: --workers-listen ADDRESS:PORT, beside --cluster-listen.");
        refuse(listens && !frontend, "--workers-listen is for a process with the role frontend, which workers join.");
        refuse(
                (joins || listens) && cluster.certificates().isEmpty(),
                "Members of a cluster know each other by certificates: --cluster-certificates DIR names the folder that"
                        + " `hearth cluster certificate` made for this one.");
        refuse(
                !joins && !listens && cluster.certificates().isPresent(),
                "--cluster-certificates is for --workers-listen or --join, and there is neither.");
        refuse(!joins && !cluster.workerId().isEmpty(), "--worker-id is for a worker that joins a frontend by --join.");
        refuse(
                !joins && !member && !cluster.zone().isEmpty(),
                "--zone is for a worker that joins a frontend by --join, or a member of a cluster: --cluster-listen.");
    }

    private static void refuse(boolean wrong, String why) throws StartException {
        if (wrong) {
            throw new StartException(why);
        }
    }
}
