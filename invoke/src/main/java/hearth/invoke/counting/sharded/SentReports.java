package hearth.invoke.counting.sharded;

import java.util.ArrayDeque;

/// When a frontend sent what a ledger has not answered yet. Guarded as its `LeaseBatch` is.
final class SentReports {
    private record Sent(long number, long at) {}

    private final ArrayDeque<Sent> unanswered = new ArrayDeque<>();
    private Sent answered = new Sent(0, 0);

    void sent(long number, long at) {
        unanswered.addLast(new Sent(number, at));
    }

    /// @return whether this is the first answer to that or to any later one
    boolean answered(long number) {
        boolean found = false;
        for (var next = unanswered.peekFirst();
                next != null && next.number() <= number;
                next = unanswered.peekFirst()) {
            unanswered.removeFirst();
            if (next.number() == number) {
                answered = next;
                found = true;
            }
        }
        return found;
    }

    /// When that was sent which was answered last.
    long answeredAt() {
        return answered.at();
    }

    boolean isEachAnswered() {
        return unanswered.isEmpty();
    }

    /// Forgets those that are too old for an answer to be of use, but the last.
    void forgetBefore(long moment) {
        while (unanswered.size() > 1 && unanswered.getFirst().at() - moment < 0) {
            unanswered.removeFirst();
        }
    }
}
