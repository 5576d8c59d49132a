package hearth.events;

/// How work on one item of a queue ended.
///
/// @param outcome what became of the item
/// @param due when one that has not left the queue is to be taken up again
record Ended(Outcome outcome, long due, Pace pace) {
    enum Outcome {
        /// The item has left the queue, and the store has written so.
        GONE,
        /// The item is in the queue, and the store knows when it is due.
        KEPT,
        /// The item is in the queue as it was: the store knows of no wait, so that the whole queue is to wait.
        UNTOUCHED
    }

    /// What the end says of how many of the same queue may be in work at once.
    enum Pace {
        /// It went well: there may be more.
        WELL,
        /// Neither.
        EVEN,
        /// There are too many already, or none would go well now.
        HELD_UP
    }

    static Ended gone(Pace pace) {
        return new Ended(Outcome.GONE, Long.MAX_VALUE, pace);
    }

    static Ended kept(long due, Pace pace) {
        return new Ended(Outcome.KEPT, due, pace);
    }

    static Ended untouched(long due, Pace pace) {
        return new Ended(Outcome.UNTOUCHED, due, pace);
    }
}
