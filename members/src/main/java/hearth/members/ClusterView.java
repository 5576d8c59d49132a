package hearth.members;

import hearth.model.worker.MemberId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A cluster, as one of its members sees it.
///
/// @param members by name, this one among them; empty while it is of no cluster
public record ClusterView(List<MemberView> members) {
    public static final ClusterView NONE = new ClusterView(List.of());

    public ClusterView {
        members = List.copyOf(members);
    }

    /// Those that are up, whether or not they are heard of at the moment.
    public Set<MemberId> up() {
        return members.stream()
                .filter(each -> each.state() == MemberView.State.UP || each.state() == MemberView.State.UNREACHABLE)
                .map(MemberView::id)
                .collect(Collectors.toUnmodifiableSet());
    }
}
