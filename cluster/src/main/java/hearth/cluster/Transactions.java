package hearth.cluster;

/// Where transactions are run: a `Database`, or what stands in for one in simulations.
interface Transactions {
    <T> T read(Transaction<T> transaction);

    /// Runs the transaction, and returns once it is on the disk.
    <T> T write(Transaction<T> transaction);

    static Transactions of(Database database) {
        return new Transactions() {
            @Override
            public <T> T read(Transaction<T> transaction) {
                return database.read(transaction);
            }

            @Override
            public <T> T write(Transaction<T> transaction) {
                return database.write(transaction);
            }
        };
    }
}
