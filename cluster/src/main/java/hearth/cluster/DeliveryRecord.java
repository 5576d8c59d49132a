package hearth.cluster;

import hearth.model.FunctionId;
import java.util.Optional;

/// What somebody is to hear of an event that is done. Times are milliseconds of the queue's own clock.
///
/// @param id 0 before the store has given it one
/// @param target the ARN of a queue, a topic, a bus or a bucket
/// @param qualifier that the event's caller asked for
/// @param body the record for a destination; for a dead letter queue the event itself
/// @param due before which nobody is to send it
/// @param setbacks how often in a row it could not be sent
/// @param setback why the last time
public record DeliveryRecord(
        long id,
        String target,
        FunctionId function,
        String qualifier,
        String requestId,
        String traceHeader,
        Kind kind,
        byte[] body,
        Optional<DeadLetter> deadLetter,
        long made,
        long due,
        int setbacks,
        Optional<String> setback) {
    /// Why it is sent.
    public enum Kind {
        SUCCESS("success"),
        FAILURE("failure"),
        DEAD_LETTER("dead-letter");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /// In the store, and in logs.
        @Override
        public String toString() {
            return text;
        }

        static Kind of(String text) {
            for (var kind : values()) {
                if (kind.text.equals(text)) {
                    return kind;
                }
            }
            throw new IllegalStateException("A delivery is kept of an unknown kind: " + text);
        }
    }

    /// The same of one that could not be kept before.
    public DeliveryRecord madeAt(long now) {
        return new DeliveryRecord(
                id,
                target,
                function,
                qualifier,
                requestId,
                traceHeader,
                kind,
                body,
                deadLetter,
                now,
                now,
                setbacks,
                setback);
    }

    /// What the message of a dead letter says beside the event.
    public record DeadLetter(String errorCode, String errorMessage) {}
}
