package hearth.cluster;

import hearth.model.EventSourceMappingId;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/// Where pollers read on in streams. A write has reached the disk when its method returns, and goes with its mapping.
///
/// Whoever has claimed a mapping writes until another one does: then, and when the mapping is gone, all methods throw
/// `ClaimLostException`.
public final class CheckpointStore {
    private final Database database;

    CheckpointStore(Database database) {
        this.database = database;
    }

    /// Takes the checkpoints of a mapping from whoever had them.
    public StreamClaim claim(EventSourceMappingId mapping) {
        return database.write(session -> {
            if (MappingTable.find(session, mapping).isEmpty()) {
                throw new ClaimLostException();
            }
            return CheckpointTable.claim(session, mapping);
        });
    }

    /// The same, where servers share the database: for who has the lease of the mapping.
    public StreamClaim claim(SourceLease lease) {
        return database.write(session -> {
            if (!SourceLeaseTable.isHeld(session, lease)) {
                throw new ClaimLostException();
            }
            return CheckpointTable.claim(session, lease.mapping());
        });
    }

    /// Keeps where the shards begin that the first poller found.
    public void begin(StreamClaim claim, Collection<ShardCheckpoint> shards) {
        write(claim, session -> {
            for (var shard : shards) {
                CheckpointTable.put(session, claim.mapping(), shard);
            }
            CheckpointTable.setBegun(session, claim.mapping());
            return true;
        });
    }

    public void keep(StreamClaim claim, ShardCheckpoint shard) {
        write(claim, session -> {
            CheckpointTable.put(session, claim.mapping(), shard);
            return true;
        });
    }

    /// Forgets shards that the stream has no more.
    public void forget(StreamClaim claim, List<String> shards) {
        write(claim, session -> {
            for (var shard : shards) {
                CheckpointTable.delete(session, claim.mapping(), shard);
            }
            return true;
        });
    }

    private void write(StreamClaim claim, Transaction<Boolean> transaction) {
        database.write(session -> {
            require(session, claim);
            return transaction.run(session);
        });
    }

    private static void require(Session session, StreamClaim claim) throws SQLException {
        if (CheckpointTable.number(session, claim.mapping()) != claim.number()) {
            throw new ClaimLostException();
        }
    }
}
