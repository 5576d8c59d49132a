package hearth.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// The use of a database together with other members of a cluster, each under a name of its own.
final class SharedUse implements StoreLease.Claim {
    private final StoreMember member;
    private final String owner;

    /// Used by one thread at a time: whoever takes it first, then the one that renews.
    private boolean joined;

    /// @param owner this process, in words
    SharedUse(StoreMember member, String owner) {
        this.member = member;
        this.owner = owner;
    }

    @Override
    public Optional<String> take(Session session, Duration term) throws SQLException {
        var sole = LeaseTable.find(session, SoleUse.NAME).filter(row -> !row.over());
        if (sole.isPresent()) {
            return sole.map(row -> row.owner() + ", which has it for itself");
        }
        if (!joined) {
            // Only now: who comes later compares itself with this one.
            requireSamePackages(session);
        }
        StoreUseTable.take(session, member, owner, term, !joined);
        var other = StoreUseTable.owner(session, member.name())
                .filter(found -> !found.equals(owner))
                .map(found -> found + ", which is a member of the same name, " + member.name());
        joined = other.isEmpty();
        return other;
    }

    private void requireSamePackages(Session session) throws SQLException {
        for (var row : StoreUseTable.all(session)) {
            boolean same =
                    row.objects().equals(member.objects()) && !member.objects().isEmpty();
            if (row.here() && !row.name().equals(member.name()) && !same) {
                throw new StoreUnavailableException(
                        "Members of a cluster keep deployment packages in one bucket, and %s has %s, this one %s: start both with the same --objects."
                                .formatted(row.name(), place(row.objects()), place(member.objects())));
            }
        }
    }

    private static String place(String objects) {
        return objects.isEmpty() ? "its data folder" : objects;
    }

    @Override
    public void giveBack(Session session) throws SQLException {
        StoreUseTable.leave(session, member.name(), owner);
    }
}
