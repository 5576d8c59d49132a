package hearth.events;

import hearth.cluster.EventRecord;

/// What becomes of an event after a try.
sealed interface Verdict {
    /// @param event with the time of its next try
    record Retry(EventRecord event) implements Verdict {}

    /// The event is done.
    ///
    /// @param event with all that was counted
    /// @param attempts how often the function ran on it
    record Done(EventRecord event, Condition condition, int attempts) implements Verdict {}

    /// Why an event is done, as AWS calls it.
    enum Condition {
        SUCCESS("Success"),
        RETRIES_EXHAUSTED("RetriesExhausted"),
        EVENT_AGE_EXCEEDED("EventAgeExceeded"),
        ZERO_RESERVED_CONCURRENCY("ZeroReservedConcurrency"),
        /// As the exception that AWS has for it.
        RECURSIVE_INVOCATION("RecursiveInvocationException"),
        /// In our words: there is no such version or alias any more.
        NOT_FOUND("ResourceNotFound");

        private final String wireName;

        Condition(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }
}
