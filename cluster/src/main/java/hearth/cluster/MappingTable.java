package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The `event_source_mappings` table: one row is one `MappingRecord`.
final class MappingTable {
    private static final Logger LOG = System.getLogger(MappingTable.class.getName());
    private static final String KEY = " WHERE account = ? AND region = ? AND uuid = ?";
    private static final String SELECT =
            "SELECT account, region, uuid, enabled, configuration, tags FROM event_source_mappings";

    private MappingTable() {}

    static void insert(Session session, MappingRecord mapping) throws SQLException {
        session.execute("""
                INSERT INTO event_source_mappings (function_arn, source_arn, state, enabled, configuration, tags,
                    account, region, uuid)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""", columns(mapping));
    }

    static void update(Session session, MappingRecord mapping) throws SQLException {
        session.execute("""
                UPDATE event_source_mappings SET function_arn = ?, source_arn = ?, state = ?, enabled = ?,
                    configuration = ?, tags = ?""" + KEY, columns(mapping));
    }

    private static Object[] columns(MappingRecord mapping) {
        var shown = mapping.configuration();
        return new Object[] {
            shown.functionArn(),
            shown.eventSourceArn(),
            shown.state(),
            mapping.enabled(),
            Documents.of(shown),
            Documents.of(mapping.tags()),
            mapping.id().account().value(),
            mapping.id().region().value(),
            mapping.id().uuid()
        };
    }

    static Optional<MappingRecord> find(Session session, EventSourceMappingId id) throws SQLException {
        return read(session.prepare(SELECT + KEY, key(id))).stream().findFirst();
    }

    static void delete(Session session, EventSourceMappingId id) throws SQLException {
        session.execute("DELETE FROM event_source_mappings" + KEY, key(id));
    }

    private static Object[] key(EventSourceMappingId id) {
        return new Object[] {id.account().value(), id.region().value(), id.uuid()};
    }

    /// The mappings of an account, by UUID.
    ///
    /// @param after the UUID that the page before ended with, empty for the first
    static List<MappingRecord> after(
            Session session, AccountId account, Region region, MappingFilter filter, String after, int limit)
            throws SQLException {
        var query = new StringBuilder(SELECT).append(" WHERE account = ? AND region = ?");
        var parameters = new ArrayList<Object>(List.of(account.value(), region.value()));
        if (filter.functionArn() != null) {
            query.append(" AND function_arn = ?");
            parameters.add(filter.functionArn());
        }
        if (filter.sourceArn() != null) {
            query.append(" AND source_arn = ?");
            parameters.add(filter.sourceArn());
        }
        query.append(" AND uuid > ? ORDER BY uuid LIMIT ?");
        parameters.addAll(List.of(after, limit));
        return read(session.prepare(query.toString(), parameters.toArray()));
    }

    /// Of all accounts.
    static List<MappingRecord> all(Session session) throws SQLException {
        return read(session.prepare(SELECT + " ORDER BY account, region, uuid"));
    }

    /// Of all accounts, but for those that cannot be read: one that is damaged keeps no other from its work.
    static List<MappingRecord> enabled(Session session) throws SQLException {
        try (var rows = session.prepare(SELECT + " WHERE state = 'Enabled' ORDER BY uuid")
                .executeQuery()) {
            var found = new ArrayList<MappingRecord>();
            while (rows.next()) {
                readable(rows).ifPresent(found::add);
            }
            return found;
        }
    }

    private static Optional<MappingRecord> readable(ResultSet row) throws SQLException {
        try {
            return Optional.of(mapping(row));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Event source mapping " + row.getString("uuid") + " is damaged in the store", e);
            return Optional.empty();
        }
    }

    static List<EventSourceMappingId> inTransition(Session session) throws SQLException {
        try (var rows = session.prepare("""
                        SELECT account, region, uuid FROM event_source_mappings
                        WHERE state NOT IN ('Enabled', 'Disabled')""").executeQuery()) {
            var found = new ArrayList<EventSourceMappingId>();
            while (rows.next()) {
                found.add(id(rows));
            }
            return found;
        }
    }

    private static List<MappingRecord> read(PreparedStatement query) throws SQLException {
        try (var rows = query.executeQuery()) {
            var found = new ArrayList<MappingRecord>();
            while (rows.next()) {
                found.add(mapping(rows));
            }
            return found;
        }
    }

    private static MappingRecord mapping(ResultSet row) throws SQLException {
        return new MappingRecord(
                id(row),
                Documents.read(row.getString("configuration"), EventSourceMappingConfiguration::read),
                row.getBoolean("enabled"),
                Documents.tags(row.getString("tags")));
    }

    private static EventSourceMappingId id(ResultSet row) throws SQLException {
        return new EventSourceMappingId(
                new AccountId(row.getString("account")), new Region(row.getString("region")), row.getString("uuid"));
    }
}
