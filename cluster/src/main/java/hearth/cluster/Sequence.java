package hearth.cluster;

/// Numbers that grow and are handed out once, over all restarts. Taken from the database in blocks, so that almost
/// every number costs no write; a block cut short by a restart leaves a gap.
final class Sequence {
    private static final long BLOCK = 10_000;

    private final Database database;
    private final String name;

    /// Both guarded by this; a block is fetched under the lock, because without one there is nothing to hand out.
    private long next;

    private long end;

    Sequence(Database database, String name) {
        this.database = database;
        this.name = name;
    }

    synchronized long next() {
        if (next == end) {
            end = database.write(session -> {
                session.execute("UPDATE sequences SET next_value = next_value + ? WHERE name = ?", BLOCK, name);
                try (var rows = session.prepare("SELECT next_value FROM sequences WHERE name = ?", name)
                        .executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            });
            next = end - BLOCK;
        }
        return next++;
    }
}
