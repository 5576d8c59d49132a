package hearth.worker.environment;

/// The numbers of the reservations that an environment has honoured: each is good for one invocation.
///
/// An environment that runs one invocation at a time has the next reservation only after the last, so one with a lower
/// number has come twice, or too late. Where several run at once, they may overtake each other on their way, and one
/// that is late by a few is as good as any.
final class HonouredReservations {
    /// How many of the highest numbers are told apart.
    private static final int WINDOW = Long.SIZE;

    private final boolean mayOvertake;
    private long last;
    /// Which were honoured of the numbers up to the last: bit 0 is the last.
    private long recent;

    HonouredReservations(int maxConcurrency) {
        mayOvertake = maxConcurrency > 1;
    }

    /// The highest; 0 before the first.
    long last() {
        return last;
    }

    /// Whether it is good still.
    boolean isNew(long number) {
        if (number > last) {
            return true;
        }
        long age = last - number;
        return mayOvertake && number > 0 && age < WINDOW && (recent & 1L << age) == 0;
    }

    void honour(long number) {
        if (number > last) {
            long further = number - last;
            recent = further < WINDOW ? recent << further : 0;
            last = number;
        }
        recent |= 1L << (last - number);
    }
}
