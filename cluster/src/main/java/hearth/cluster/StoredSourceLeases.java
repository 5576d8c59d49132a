package hearth.cluster;

import hearth.model.EventSourceMappingId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Leases in PostgreSQL, by its clock.
final class StoredSourceLeases implements SourceLeases {
    private final Database database;

    StoredSourceLeases(Database database) {
        this.database = database;
    }

    @Override
    public void join(String owner, Duration term) {
        database.write(session -> {
            SourceLeaseTable.join(session, owner, term);
            database.touch(session, Topic.SOURCES);
            return true;
        });
    }

    @Override
    public List<Server> renew(String owner, boolean rests, Duration term) {
        database.write(session -> SourceLeaseTable.renew(session, owner, rests, term));
        return database.read(SourceLeaseTable::servers);
    }

    @Override
    public void bury(Collection<String> owners) {
        database.write(session -> {
            for (var owner : owners) {
                SourceLeaseTable.bury(session, owner);
            }
            database.touch(session, Topic.SOURCES);
            return true;
        });
    }

    @Override
    public List<SourceLease> all() {
        return database.read(SourceLeaseTable::all);
    }

    @Override
    public List<SourceLease> take(String owner, Collection<EventSourceMappingId> mappings, int most) {
        return database.write(session -> {
            var taken = new ArrayList<SourceLease>();
            for (var mapping : mappings) {
                if (taken.size() == most) {
                    break;
                }
                if (MappingTable.find(session, mapping).isPresent() && SourceLeaseTable.take(session, mapping, owner)) {
                    // Whoever had it moves no checkpoint any more.
                    CheckpointTable.endClaim(session, mapping);
                    taken.add(new SourceLease(mapping, owner, SourceLeaseTable.epoch(session, mapping)));
                }
            }
            return taken;
        });
    }

    @Override
    public void release(Collection<SourceLease> leases) {
        database.write(session -> {
            for (var lease : leases) {
                SourceLeaseTable.release(session, lease);
            }
            database.touch(session, Topic.SOURCES);
            return true;
        });
    }

    @Override
    public void leave(String owner) {
        database.write(session -> {
            SourceLeaseTable.leave(session, owner);
            database.touch(session, Topic.SOURCES);
            return true;
        });
    }

    @Override
    public void onChange(Runnable listener) {
        database.onChange(Topic.SOURCES, listener);
    }
}
