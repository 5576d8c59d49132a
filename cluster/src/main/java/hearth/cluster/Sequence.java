package hearth.cluster;

/// Numbers that grow and are handed out once, over all restarts and, where several processes use the database, by
/// all of them.
final class Sequence {
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
            var block = database.numbers(name);
            next = block.first();
            end = block.end();
        }
        return next++;
    }
}
