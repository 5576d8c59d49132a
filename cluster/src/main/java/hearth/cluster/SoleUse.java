package hearth.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/// The use of a database by one server alone.
///
/// @param owner who it is, in words
record SoleUse(String owner) implements StoreLease.Claim {
    static final String NAME = "server";

    @Override
    public Optional<String> take(Session session, Duration term) throws SQLException {
        var members = StoreUseTable.names(session);
        if (!members.isEmpty()) {
            return Optional.of("a cluster with " + String.join(", ", members));
        }
        LeaseTable.take(session, NAME, owner, term);
        return LeaseTable.find(session, NAME).map(LeaseTable.Row::owner).filter(other -> !other.equals(owner));
    }

    @Override
    public void giveBack(Session session) throws SQLException {
        LeaseTable.giveBack(session, NAME, owner);
    }
}
