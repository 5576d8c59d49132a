package hearth.invoke.workermanager;

import hearth.model.worker.Reservation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where an execution environment stands, as the WorkerManager sees it.
sealed interface EnvironmentState {
    /// Asked for; a worker is looked for, or makes it.
    record Starting() implements EnvironmentState {}

    /// Free for the next invocation.
    record Idle(Instant since) implements EnvironmentState {}

    /// Given to the invocation that shows this reservation, and to others where it runs several at once.
    ///
    /// @param epoch of the reservation; `OF_ANOTHER` of one that another member gave
    /// @param round the one of its function's in which the invocation took its turn
    /// @param others those that were given earlier and are not over
    record Busy(
            long epoch,
            long reservation,
            Instant since,
            long round,
            @Nullable Busy others) implements EnvironmentState {
        static final long OF_ANOTHER = 0;

        /// Whether it is this one, and no other of its number: each member that took the environment up counts on
        /// from those that were honoured.
        boolean isUnder(Reservation shown) {
            return epoch == OF_ANOTHER || epoch == shown.epoch();
        }

        /// How many invocations have it.
        int count() {
            return others == null ? 1 : 1 + others.count();
        }

        /// What is known of a reservation; null if it is over, or was never given.
        @Nullable
        Busy find(long number) {
            if (number == reservation) {
                return this;
            }
            return others == null ? null : others.find(number);
        }

        /// Those that are left without this one; null if there are none.
        private @Nullable Busy without(long number) {
            if (number == reservation || others == null) {
                return number == reservation ? others : this;
            }
            return new Busy(epoch, reservation, since, round, others.without(number));
        }
    }

    /// Its worker cannot be reached. It was idle then, and is given to nobody before it is known to be idle still.
    record OutOfReach() implements EnvironmentState {}

    /// Asked to end. Never given to anyone again.
    record Retiring() implements EnvironmentState {}

    /// What happens to an environment.
    sealed interface Event {
        /// Its worker says that it has come up.
        record Ready(Instant at) implements Event {}

        /// Its worker says that the invocation of a reservation is over.
        record Freed(long reservation, Instant at) implements Event {}

        record Taken(long epoch, long reservation, Instant at, long round) implements Event {}

        /// The connection to its worker was lost.
        record CutOff() implements Event {}

        /// Its worker can be reached again, and says that it is idle.
        record Returned(Instant at) implements Event {}

        record Retired() implements Event {}
    }

    /// The next state. What a worker says may come late or twice and then changes nothing; an action of our own
    /// that is not in the table is a defect.
    default EnvironmentState after(Event event) {
        return switch (event) {
            case Event.Ready(var at) ->
                switch (this) {
                    case Starting _ -> new Idle(at);
                    case Idle _, Busy _, OutOfReach _, Retiring _ -> this;
                };
            case Event.Freed(var reservation, var at) ->
                switch (this) {
                    case Busy busy -> {
                        var left = busy.without(reservation);
                        yield left == null ? new Idle(at) : left;
                    }
                    case Starting _, Idle _, OutOfReach _, Retiring _ -> this;
                };
            case Event.CutOff() ->
                switch (this) {
                    case Idle _ -> new OutOfReach();
                    case Starting _, Busy _, OutOfReach _, Retiring _ -> this;
                };
            case Event.Returned(var at) ->
                switch (this) {
                    case OutOfReach _ -> new Idle(at);
                    case Starting _, Idle _, Busy _, Retiring _ -> this;
                };
            case Event.Taken(var epoch, var reservation, var at, var round) ->
                switch (this) {
                    case Idle _ -> new Busy(epoch, reservation, at, round, null);
                    case Busy busy -> new Busy(epoch, reservation, at, round, busy);
                    case Starting _, OutOfReach _, Retiring _ -> throw new IllegalStateException("Taken while " + this);
                };
            case Event.Retired() ->
                switch (this) {
                    case Idle _, Busy _, OutOfReach _, Retiring _ -> new Retiring();
                    case Starting _ -> throw new IllegalStateException("Retired while " + this);
                };
        };
    }
}
