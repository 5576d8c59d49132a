package hearth.invoke.workermanager;

import java.time.Instant;

/// Where an execution environment stands, as the WorkerManager sees it.
sealed interface EnvironmentState {
    /// Asked for; a worker is looked for, or makes it.
    record Starting() implements EnvironmentState {}

    /// Free for the next invocation.
    record Idle(Instant since) implements EnvironmentState {}

    /// Given to the invocation that shows this reservation.
    record Busy(long reservation, Instant since) implements EnvironmentState {}

    /// Asked to end. Never given to anyone again.
    record Retiring() implements EnvironmentState {}

    /// What happens to an environment.
    sealed interface Event {
        /// Its worker says that it is free: for the first time or once more.
        record Freed(Instant at) implements Event {}

        record Taken(long reservation, Instant at) implements Event {}

        record Retired() implements Event {}
    }

    /// The next state. What a worker says may come late or twice and then changes nothing; an action of our own
    /// that is not in the table is a defect.
    default EnvironmentState after(Event event) {
        return switch (event) {
            case Event.Freed(var at) ->
                switch (this) {
                    case Starting _, Busy _ -> new Idle(at);
                    case Idle _, Retiring _ -> this;
                };
            case Event.Taken(var reservation, var at) ->
                switch (this) {
                    case Idle _ -> new Busy(reservation, at);
                    case Starting _, Busy _, Retiring _ -> throw new IllegalStateException("Taken while " + this);
                };
            case Event.Retired() ->
                switch (this) {
                    case Idle _, Busy _, Retiring _ -> new Retiring();
                    case Starting _ -> throw new IllegalStateException("Retired while " + this);
                };
        };
    }
}
