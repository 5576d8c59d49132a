package hearth.cluster;

import java.sql.SQLException;

/// The `topics` table of PostgreSQL. A change counts its topic's number up, and waits for others that do so to
/// end: who reads a number that is new to him, reads all that was changed under it.
final class TopicTable {
    private TopicTable() {}

    /// Has the servers look at a topic once the transaction is committed.
    static void touch(Session session, Topic topic) throws SQLException {
        session.execute("""
                INSERT INTO topics (name, number) VALUES (?, 1)
                ON CONFLICT (name) DO UPDATE SET number = topics.number + 1""", topic.wireName());
        ChangeTable.ring(session);
    }
}
