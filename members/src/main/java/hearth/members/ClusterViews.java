package hearth.members;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/// What Pekko knows of its members, in our words.
final class ClusterViews {
    private ClusterViews() {}

    static ClusterView of(CurrentClusterState state) {
        var members = new ArrayList<MemberView>();
        state.getMembers()
                .forEach(member -> state(member, state.getUnreachable().contains(member))
                        .ifPresent(each ->
                                members.add(Description.view(member.getRoles(), hostAndPort(member.address()), each))));
        members.sort(Comparator.comparing(each -> each.id().value()));
        return new ClusterView(members);
    }

    /// None of one that is out already.
    private static Optional<MemberView.State> state(Member member, boolean unreachable) {
        var status = member.status();
        if (status.equals(MemberStatus.down()) || status.equals(MemberStatus.removed())) {
            return Optional.empty();
        } else if (status.equals(MemberStatus.leaving()) || status.equals(MemberStatus.exiting())) {
            return Optional.of(MemberView.State.LEAVING);
        } else if (unreachable) {
            return Optional.of(MemberView.State.UNREACHABLE);
        }
        return Optional.of(status.equals(MemberStatus.up()) ? MemberView.State.UP : MemberView.State.JOINING);
    }

    static String hostAndPort(Address address) {
        return new HostAndPort(address.getHost().orElse(""), address.getPort().orElse(0)).toString();
    }
}
