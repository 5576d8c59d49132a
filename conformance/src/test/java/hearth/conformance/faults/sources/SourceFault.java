package hearth.conformance.faults.sources;

/// Something that befalls an event source, or whoever polls it.
enum SourceFault {
    SERVER_KILLED("kill -9 of the server", Befalls.SERVERS),
    SERVER_STOPPED("SIGTERM of the server", Befalls.SERVERS),
    POLLER_KILLED("kill -9 of the member that polls, of two", Befalls.MEMBERS),
    POLLER_SILENT("the member that polls stands still (SIGSTOP), of two", Befalls.MEMBERS),
    MAPPING_CHANGED("the mapping is changed, disabled and enabled", Befalls.MAPPING),
    FUNCTION_THROTTLED("the function is throttled", Befalls.MAPPING),
    BROKER_KILLED("kill -9 of the broker", Befalls.SOURCE),
    BROKER_SILENT("the broker stands still (SIGSTOP)", Befalls.SOURCE),
    BROKER_AWAY("nobody listens where the broker was", Befalls.SOURCE),
    BOTH_KILLED("kill -9 of the broker and of the server", Befalls.SERVERS),
    SHARD_SPLIT("a shard is split", Befalls.SOURCE),
    SHARDS_MERGED("two shards are merged", Befalls.SOURCE),
    PARTITION_ADDED("a partition is added", Befalls.SOURCE),
    REBALANCE("another member joins the group and leaves", Befalls.SOURCE);

    /// Whom it befalls.
    enum Befalls {
        SERVERS,
        MEMBERS,
        MAPPING,
        SOURCE
    }

    private final String words;
    private final Befalls befalls;

    SourceFault(String words, Befalls befalls) {
        this.words = words;
        this.befalls = befalls;
    }

    String words() {
        return words;
    }

    Befalls befalls() {
        return befalls;
    }

    /// Whether it can befall whatever the source is.
    boolean isOfAll() {
        return befalls != Befalls.SOURCE && this != BOTH_KILLED;
    }
}
