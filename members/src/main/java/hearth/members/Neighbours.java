package hearth.members;

import hearth.link.message.Versions;
import hearth.model.worker.MemberId;
import java.util.Map;
import org.apache.pekko.actor.ActorRef;

/// The cluster as this member sees it, and the ways to those that are up.
///
/// @param version of the protocol that all speak, whoever may be given a shard
record Neighbours(ClusterView view, Map<MemberId, Way> ways, int version) {
    static final Neighbours NONE = new Neighbours(ClusterView.NONE, Map.of(), Versions.OURS.oldest());

    Neighbours {
        ways = Map.copyOf(ways);
    }

    /// The way to one member.
    ///
    /// @param version of the protocol that is spoken with it
    record Way(ActorRef actor, int version) {}
}
