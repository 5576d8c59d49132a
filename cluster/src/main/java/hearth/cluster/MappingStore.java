package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Event source mappings. A write has reached the disk when its method returns.
///
/// What a mapping becomes is decided by pure functions, which are handed in and run within the writing transaction;
/// when one throws, nothing is written and its exception reaches the caller.
public final class MappingStore {
    private final Database database;

    /// Those who look at mappings when this process changes one.
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    MappingStore(Database database) {
        this.database = database;
    }

    /// @param refuse throws if the mapping may not stand beside the others of its function
    public void create(MappingRecord mapping, BiConsumer<MappingRecord, List<MappingRecord>> refuse) {
        database.write(session -> {
            refuse.accept(mapping, others(session, mapping));
            MappingTable.insert(session, mapping);
            database.touch(session, Topic.MAPPINGS);
            return mapping;
        });
        listeners.forEach(Runnable::run);
    }

    public Optional<MappingRecord> find(EventSourceMappingId id) {
        return database.read(session -> MappingTable.find(session, id));
    }

    /// Replaces a mapping by what is decided of it, or removes it when that is nothing.
    ///
    /// @param refuse throws if a mapping that goes to another function may not stand beside the others there
    /// @return what it is now; empty when there is none, or no longer
    public Optional<MappingRecord> update(
            EventSourceMappingId id,
            Function<MappingRecord, Optional<MappingRecord>> decide,
            BiConsumer<MappingRecord, List<MappingRecord>> refuse) {
        var now = database.write(session -> {
            var before = MappingTable.find(session, id);
            if (before.isEmpty()) {
                return before;
            }
            var after = decide.apply(before.get());
            if (after.equals(before)) {
                return after;
            }
            if (after.isEmpty()) {
                MappingTable.delete(session, id);
            } else {
                if (!functionArn(after.get()).equals(functionArn(before.get()))) {
                    refuse.accept(after.get(), others(session, after.get()));
                }
                MappingTable.update(session, after.get());
            }
            database.touch(session, Topic.MAPPINGS);
            return after;
        });
        listeners.forEach(Runnable::run);
        return now;
    }

    /// The mappings of an account, by UUID.
    ///
    /// @param after the UUID that the page before ended with, empty for the first
    public Page<MappingRecord> list(AccountId account, Region region, MappingFilter filter, String after, int most) {
        return database.read(
                session -> Page.cut(MappingTable.after(session, account, region, filter, after, most + 1), most));
    }

    /// Mappings on their way to another state, of all accounts.
    public List<EventSourceMappingId> inTransition() {
        return database.read(MappingTable::inTransition);
    }

    /// Mappings that are enabled and at rest, of all accounts, without those that are damaged.
    public List<MappingRecord> enabled() {
        return database.read(MappingTable::enabled);
    }

    /// Has the listener told when a mapping was changed: by this process at once, by another that shares the database
    /// within 250 ms. It must not block, and may be told for nothing.
    public void onChange(Runnable listener) {
        listeners.add(listener);
        database.onChange(Topic.MAPPINGS, listener);
    }

    private static List<MappingRecord> others(Session session, MappingRecord mapping) throws SQLException {
        var id = mapping.id();
        var filter = new MappingFilter(functionArn(mapping), null);
        return MappingTable.after(session, id.account(), id.region(), filter, "", Integer.MAX_VALUE).stream()
                .filter(other -> !other.id().equals(id))
                .toList();
    }

    private static String functionArn(MappingRecord mapping) {
        return Objects.requireNonNull(mapping.configuration().functionArn());
    }
}
