package hearth.events;

import hearth.cluster.EventRecord;
import hearth.model.EventInvokeConfig;
import java.time.Duration;

/// When an event is tried again, and when it is given up: AWS's rules.
///
/// A function's failures are waited for one base and then two. What kept the function from running at all is waited
/// for a second, then twice as long each time up to five minutes, as often as the event's age allows. No try is
/// waited for that would come after the event's last moment.
///
/// @param base of the wait after a failure: one minute, at AWS
record RetryPolicy(Duration base) {
    private static final long FIRST_BACK_OFF = 1_000;
    private static final long LONGEST_BACK_OFF = 300_000;

    Verdict after(Attempt attempt, EventRecord event, EventInvokeConfig config, long now) {
        return switch (attempt) {
            case Attempt.Succeeded _ -> new Verdict.Done(event, Verdict.Condition.SUCCESS, event.failures() + 1);
            case Attempt.Failed(var failure) -> failed(event.failed(failure, now + wait(event.failures())), config);
            case Attempt.NotRun _ -> setBack(event.setBack(now + backOff(event.setbacks())), config);
            case Attempt.Stopped() ->
                new Verdict.Done(event, Verdict.Condition.ZERO_RESERVED_CONCURRENCY, event.failures());
            case Attempt.Recursive() ->
                new Verdict.Done(event, Verdict.Condition.RECURSIVE_INVOCATION, event.failures());
        };
    }

    /// Whether an event is older than its configuration lets it become.
    boolean isTooOld(EventRecord event, EventInvokeConfig config, long at) {
        return at - event.accepted() > config.maximumAge().toMillis();
    }

    private Verdict failed(EventRecord event, EventInvokeConfig config) {
        return event.failures() > config.retries()
                ? new Verdict.Done(event, Verdict.Condition.RETRIES_EXHAUSTED, event.failures())
                : setBack(event, config);
    }

    private Verdict setBack(EventRecord event, EventInvokeConfig config) {
        return isTooOld(event, config, event.due())
                ? new Verdict.Done(event, Verdict.Condition.EVENT_AGE_EXCEEDED, event.failures())
                : new Verdict.Retry(event);
    }

    /// No event and no delivery is ever made to wait longer.
    Duration longestWait() {
        return Duration.ofMillis(Math.max(LONGEST_BACK_OFF, wait(EventInvokeConfig.MOST_RETRIES - 1)));
    }

    private long wait(int failuresBefore) {
        return base.toMillis() * (failuresBefore + 1);
    }

    static long backOff(int setbacksBefore) {
        return Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF << Math.min(setbacksBefore, 20));
    }
}
