package hearth.members;

import hearth.link.message.Versions;
import hearth.model.worker.MemberId;
import java.util.Set;

/// A member, as another one sees it.
///
/// @param address HOST:PORT where other members connect to it
/// @param workers HOST:PORT where workers join it; empty when it takes none
/// @param api the URL of its API
/// @param zone empty when it is in none
/// @param version of its build
/// @param speaks the versions of the protocol
/// @param shards how many it owned when it was last heard of
public record MemberView(
        MemberId id,
        State state,
        String address,
        String workers,
        String api,
        String zone,
        Set<String> roles,
        String version,
        Versions speaks,
        int shards) {
    public MemberView {
        roles = Set.copyOf(roles);
    }

    MemberView owning(int count) {
        return new MemberView(id, state, address, workers, api, zone, roles, version, speaks, count);
    }

    /// Where it stands, in the order of a member's life.
    public enum State {
        /// On its way in.
        JOINING,
        UP,
        /// Of the cluster, and not heard of at the moment.
        UNREACHABLE,
        /// On its way out.
        LEAVING
    }
}
