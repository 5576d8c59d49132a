package hearth.worker.environment;

import hearth.model.worker.Reservation;

/// The numbers of the reservations that an environment has honoured: each is good for one invocation.
///
/// An environment that runs one invocation at a time has the next reservation only after the last, so one with a lower
/// number has come twice, or too late. Where several run at once, they may overtake each other on their way, and one
/// that is late by a few is as good as any.
///
/// Each WorkerManager counts by itself, so a number of a later epoch is a new one, and none of an earlier counts any
/// more.
final class HonouredReservations {
    /// How many of the highest numbers are told apart.
    private static final int WINDOW = Long.SIZE;

    private final boolean mayOvertake;
    private long epoch = Long.MIN_VALUE;
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

    /// Whether one of a later epoch was honoured.
    boolean isOutdated(Reservation reservation) {
        return reservation.epoch() < epoch;
    }

    /// Whether it is good still, unless it is outdated.
    boolean isNew(Reservation reservation) {
        long number = reservation.number();
        if (number > last || reservation.epoch() > epoch) {
            return true;
        }
        long age = last - number;
        return mayOvertake && number > 0 && age < WINDOW && (recent & 1L << age) == 0;
    }

    void honour(Reservation reservation) {
        long number = reservation.number();
        if (reservation.epoch() > epoch) {
            epoch = reservation.epoch();
            last = number;
            recent = 0;
        } else if (number > last) {
            long further = number - last;
            recent = further < WINDOW ? recent << further : 0;
            last = number;
        }
        recent |= 1L << (last - number);
    }
}
