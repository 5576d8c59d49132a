package hearth.cluster;

import hearth.model.AccountId;
import hearth.model.Region;
import java.sql.SQLException;

/// The `account_concurrency` table: one row is the sum of what the functions of an account take in a region.
final class ConcurrencyTable {
    private ConcurrencyTable() {}

    static TakenConcurrency find(Session session, AccountId account, Region region) throws SQLException {
        try (var rows = session.prepare(
                        "SELECT reserved, provisioned FROM account_concurrency WHERE account = ? AND region = ?",
                        account.value(),
                        region.value())
                .executeQuery()) {
            return rows.next()
                    ? new TakenConcurrency(rows.getLong("reserved"), rows.getLong("provisioned"))
                    : new TakenConcurrency(0, 0);
        }
    }

    /// @param more negative where it is less
    static void add(Session session, AccountId account, Region region, TakenConcurrency more) throws SQLException {
        session.execute("""
                INSERT INTO account_concurrency (account, region, reserved, provisioned) VALUES (?, ?, ?, ?)
                ON CONFLICT (account, region) DO UPDATE SET
                    reserved = account_concurrency.reserved + excluded.reserved,
                    provisioned = account_concurrency.provisioned + excluded.provisioned""", account.value(), region.value(), more.reserved(), more.provisioned());
    }
}
