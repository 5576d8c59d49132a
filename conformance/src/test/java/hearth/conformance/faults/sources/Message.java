package hearth.conformance.faults.sources;

/// One message, as its text says it: `KEY:NUMBER-KIND`.
///
/// @param key that its source keeps the order of: a message group, a partition key, a partition, the queue
/// @param number counts up within its key
record Message(String key, int number, Kind kind) {
    /// What the function is told to do with it.
    enum Kind {
        GOOD,
        /// Is failed on the first time.
        FLAKY,
        /// Is always failed on.
        POISON
    }

    String text() {
        return key + ":" + number + "-" + kind;
    }

    static Message of(String text) {
        int colon = text.indexOf(':');
        int dash = text.lastIndexOf('-');
        return new Message(
                text.substring(0, colon),
                Integer.parseInt(text.substring(colon + 1, dash)),
                Kind.valueOf(text.substring(dash + 1)));
    }
}
