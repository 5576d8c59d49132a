package hearth.events;

/// How work on one item of a queue ended, once the store has written it.
///
/// @param gone whether the item has left the queue
/// @param due when one that has not is to be taken up again
record Ended(boolean gone, long due, Pace pace) {
    /// What the end says of how many of the same queue may be in work at once.
    enum Pace {
        /// It went well: there may be more.
        WELL,
        /// Neither.
        EVEN,
        /// There are too many already.
        HELD_UP
    }

    static Ended gone(Pace pace) {
        return new Ended(true, Long.MAX_VALUE, pace);
    }

    static Ended kept(long due, Pace pace) {
        return new Ended(false, due, pace);
    }
}
