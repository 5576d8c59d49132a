package hearth.cluster;

import hearth.model.FunctionId;
import hearth.model.worker.Invocation;
import java.util.Optional;

/// One event that waits for its function. Times are milliseconds of the queue's own clock.
///
/// @param id in the order of acceptance; 0 before the store has given it one
/// @param qualifier as the caller gave it, `$LATEST` where there was none
/// @param due before which nobody is to run it
/// @param failures how often the function has failed on it
/// @param setbacks how often in a row the function could not be run on it
/// @param lastFailure what the function said when it failed last
public record EventRecord(
        long id,
        FunctionId function,
        String qualifier,
        Invocation invocation,
        long accepted,
        long due,
        int failures,
        int setbacks,
        Optional<Failure> lastFailure) {
    /// A function's failure, as whoever hears of it is told.
    ///
    /// @param version that ran: `$LATEST` or a number
    /// @param error what kind of failure, such as `Unhandled`
    /// @param payload the error as JSON
    public record Failure(String version, String error, byte[] payload) {}

    /// One that comes in now.
    public static EventRecord accepted(FunctionId function, String qualifier, Invocation invocation, long now) {
        return new EventRecord(0, function, qualifier, invocation, now, now, 0, 0, Optional.empty());
    }

    /// The same of one that comes in later than it was made, while the store could not keep it.
    public EventRecord acceptedAt(long now) {
        return new EventRecord(id, function, qualifier, invocation, now, now, failures, setbacks, lastFailure);
    }

    /// The memory that it takes.
    public long size() {
        return (long) invocation.payload().length
                + lastFailure.map(failure -> failure.payload().length).orElse(0);
    }

    /// The same with another trace header, which the store does not keep: each try begins with the caller's own.
    public EventRecord tracedBy(String header) {
        return new EventRecord(
                id, function, qualifier, invocation.tracedBy(header), accepted, due, failures, setbacks, lastFailure);
    }

    /// The same after the function failed on it.
    public EventRecord failed(Failure failure, long nextDue) {
        return new EventRecord(
                id, function, qualifier, invocation, accepted, nextDue, failures + 1, 0, Optional.of(failure));
    }

    /// The same after the function could not be run.
    public EventRecord setBack(long nextDue) {
        return new EventRecord(
                id, function, qualifier, invocation, accepted, nextDue, failures, setbacks + 1, lastFailure);
    }
}
