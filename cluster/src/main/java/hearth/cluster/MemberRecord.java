package hearth.cluster;

import java.time.Duration;
import java.util.Set;

/// What the store knows of a member of the cluster.
///
/// @param name that of its certificate
/// @param incarnation of the process that has the name: a number that it has drawn
/// @param generation how often the cluster had been founded when it came to be the one of which this is a member; 0
///     while it has not joined
/// @param address HOST:PORT where other members connect to it
/// @param workers HOST:PORT where workers join it; empty when it takes none
/// @param api the URL of its API
/// @param zone empty when it is in none
/// @param version of its build
/// @param protocol the versions of the protocol that it speaks, as members say them; empty of one that does not
///     say it
/// @param silence how long ago it was heard of, by the database's own clock
public record MemberRecord(
        String name,
        long incarnation,
        State state,
        long generation,
        String address,
        String workers,
        String api,
        String zone,
        Set<String> roles,
        String version,
        String protocol,
        Duration silence) {
    public MemberRecord {
        roles = Set.copyOf(roles);
    }

    /// Where a member stands.
    public enum State {
        /// Started, and not of the cluster yet.
        JOINING,
        /// Of the cluster, when it was last heard of.
        UP,
        /// Gone as it should.
        LEFT,
        /// Taken out of the cluster by the part of it that went on without this one.
        LOST
    }
}
