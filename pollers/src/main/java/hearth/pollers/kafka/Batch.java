package hearth.pollers.kafka;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Records of one partition that the function is to get together, until all are done with: it succeeded on them, or
/// they were given up. In pieces once it was split, or once the function reported some of them.
///
/// Of one thread, but for `first` and `isDone`. It decides, and does nothing by itself.
final class Batch {
    /// The lowest offset of a batch that is done with: there is none.
    static final long DONE = Long.MAX_VALUE;

    private final KafkaRules rules;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private volatile long first;

    /// What is next to be done with records.
    ///
    /// @param failures how often the function failed on them, but for the runs that were followed by a split
    /// @param runs how often it ran on them
    /// @param given why they are given up; empty as long as they are not
    record Piece(List<KafkaRecord> records, int failures, int runs, Optional<Condition> given) {
        Piece with(List<KafkaRecord> others) {
            return new Piece(List.copyOf(others), failures, runs, given);
        }
    }

    /// Why records were given up.
    enum Condition {
        RETRIES("RetryAttemptsExhausted"),
        AGE("RecordAgeExceeded"),
        SIZE("MaximumPayloadSizeExceeded");

        private final String wireName;

        Condition(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    Batch(KafkaRules rules, List<KafkaRecord> records) {
        this.rules = rules;
        this.first = records.getFirst().offset();
        pieces.add(new Piece(List.copyOf(records), 0, 0, Optional.empty()));
    }

    /// The lowest offset that is not done with; `DONE` when there is none.
    long first() {
        return first;
    }

    boolean isDone() {
        return first == DONE;
    }

    /// What is next: to be given up, or to be given to the function.
    Optional<Piece> next(Instant now) {
        var piece = pieces.peek();
        if (piece != null && piece.given().isEmpty() && rules.age().isPresent()) {
            setAged(piece, now.minus(rules.age().get()));
        }
        return Optional.ofNullable(pieces.peek());
    }

    private void setAged(Piece piece, Instant oldest) {
        var old = new ArrayList<KafkaRecord>();
        var rest = new ArrayList<KafkaRecord>();
        piece.records().forEach(record -> (record.time().isBefore(oldest) ? old : rest).add(record));
        if (!old.isEmpty()) {
            pieces.remove();
            if (!rest.isEmpty()) {
                pieces.push(piece.with(rest));
            }
            pieces.push(givenUp(piece.with(old), Condition.AGE));
        }
    }

    /// The function succeeded on the piece, or whoever is to hear of it has.
    void done() {
        pieces.remove();
        setFirst();
    }

    /// The piece is not tried again.
    void giveUp(Condition why) {
        pieces.push(givenUp(pieces.remove(), why));
    }

    private static Piece givenUp(Piece piece, Condition why) {
        return new Piece(piece.records(), piece.failures(), piece.runs(), Optional.of(why));
    }

    /// The function failed on records of the piece.
    ///
    /// @param ids of those that it failed on
    void failed(Set<String> ids) {
        var piece = pieces.remove();
        var left = piece.records().stream()
                .filter(record -> ids.contains(record.id()))
                .toList();
        if (rules.bisects() && left.size() == piece.records().size() && left.size() > 1) {
            int middle = left.size() / 2;
            var half = new Piece(left, piece.failures(), piece.runs() + 1, Optional.empty());
            pieces.push(half.with(left.subList(middle, left.size())));
            pieces.push(half.with(left.subList(0, middle)));
            return;
        }
        var again = new Piece(left, piece.failures() + 1, piece.runs() + 1, Optional.empty());
        boolean exhausted =
                rules.retries().filter(most -> again.failures() > most).isPresent();
        pieces.push(exhausted ? givenUp(again, Condition.RETRIES) : again);
        setFirst();
    }

    private void setFirst() {
        first = pieces.stream()
                .flatMap(piece -> piece.records().stream())
                .mapToLong(KafkaRecord::offset)
                .min()
                .orElse(DONE);
    }
}
