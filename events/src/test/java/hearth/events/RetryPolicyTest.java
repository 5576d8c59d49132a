package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.EventRecord;
import hearth.model.EventInvokeConfig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {
    private static final long ACCEPTED = 1_000_000;
    private static final EventRecord.Failure FAILURE =
            new EventRecord.Failure("3", "Unhandled", Samples.bytes("{\"errorMessage\":\"no\"}"));
    private static final Attempt FAILED = new Attempt.Failed(FAILURE);
    private static final Attempt CROWDED = new Attempt.NotRun("full");

    private final RetryPolicy policy = new RetryPolicy(Duration.ofMinutes(1));

    @Test
    void aFailureIsTriedAgainAfterOneMinuteAndThenAfterTwo() {
        var first = retried(policy.after(FAILED, event(), EventInvokeConfig.DEFAULT, ACCEPTED));
        assertThat(first.due()).isEqualTo(ACCEPTED + 60_000);

        var second = retried(policy.after(FAILED, first, EventInvokeConfig.DEFAULT, first.due()));
        assertThat(second.due()).isEqualTo(ACCEPTED + 180_000);

        assertThat(policy.after(FAILED, second, EventInvokeConfig.DEFAULT, second.due()))
                .isInstanceOfSatisfying(Verdict.Done.class, done -> {
                    assertThat(done.condition()).isEqualTo(Verdict.Condition.RETRIES_EXHAUSTED);
                    assertThat(done.attempts()).isEqualTo(3);
                    assertThat(done.event().lastFailure()).contains(FAILURE);
                });
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "2, 3"})
    void asManyRetriesAsAreConfigured(int retries, int attempts) {
        var event = event();
        Verdict verdict;
        int tried = 0;
        do {
            verdict = policy.after(FAILED, event, config(retries, Duration.ofHours(6)), event.due());
            tried++;
            event = verdict instanceof Verdict.Retry(var next) ? next : event;
        } while (verdict instanceof Verdict.Retry);

        assertThat(tried).isEqualTo(attempts);
    }

    /// AWS gives such an event up at once, and does not wait for its last moment.
    @ParameterizedTest
    @CsvSource({"59, 1", "60, 2", "179, 2", "180, 3"})
    void noRetryIsWaitedForThatWouldComeTooLate(int ageInSeconds, int attempts) {
        var event = event();
        Verdict verdict;
        int tried = 0;
        do {
            verdict = policy.after(FAILED, event, config(2, Duration.ofSeconds(ageInSeconds)), event.due());
            tried++;
            event = verdict instanceof Verdict.Retry(var next) ? next : event;
        } while (verdict instanceof Verdict.Retry);

        assertThat(tried).isEqualTo(attempts);
        assertThat(((Verdict.Done) verdict).condition())
                .isEqualTo(
                        ageInSeconds < 180
                                ? Verdict.Condition.EVENT_AGE_EXCEEDED
                                : Verdict.Condition.RETRIES_EXHAUSTED);
    }

    @Test
    void whatKeepsTheFunctionFromRunningIsWaitedForLongerEachTimeAndCountsAsNoAttempt() {
        var event = event();
        var waits = new long[12];
        for (int i = 0; i < waits.length; i++) {
            var next = retried(policy.after(CROWDED, event, EventInvokeConfig.DEFAULT, event.due()));
            waits[i] = next.due() - event.due();
            event = next;
        }

        assertThat(waits)
                .containsExactly(
                        1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
                        300_000);
        assertThat(event.failures()).isZero();
    }

    @Test
    void anEventThatNeverRanIsGivenUpForItsAge() {
        var event = event();
        var config = config(2, Duration.ofSeconds(60));
        Verdict verdict;
        int tries = 0;
        do {
            verdict = policy.after(CROWDED, event, config, event.due());
            tries++;
            event = verdict instanceof Verdict.Retry(var next) ? next : event;
        } while (verdict instanceof Verdict.Retry);

        // 1 + 2 + 4 + 8 + 16 seconds, and 32 more would be too many.
        assertThat(tries).isEqualTo(6);
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Done.class, done -> {
            assertThat(done.condition()).isEqualTo(Verdict.Condition.EVENT_AGE_EXCEEDED);
            assertThat(done.attempts()).isZero();
        });
    }

    @Test
    void aFailureEndsTheBackOff() {
        var waiting = retried(policy.after(CROWDED, event(), EventInvokeConfig.DEFAULT, ACCEPTED));

        assertThat(retried(policy.after(FAILED, waiting, EventInvokeConfig.DEFAULT, waiting.due()))
                        .setbacks())
                .isZero();
    }

    @Test
    void anEventOfAStoppedFunctionIsGivenUpAtOnce() {
        assertThat(policy.after(new Attempt.Stopped(), event(), EventInvokeConfig.DEFAULT, ACCEPTED))
                .isInstanceOfSatisfying(Verdict.Done.class, done -> {
                    assertThat(done.condition()).isEqualTo(Verdict.Condition.ZERO_RESERVED_CONCURRENCY);
                    assertThat(done.attempts()).isZero();
                });
    }

    @Test
    void aSuccessIsDone() {
        var failedOnce = retried(policy.after(FAILED, event(), EventInvokeConfig.DEFAULT, ACCEPTED));

        assertThat(policy.after(
                        new Attempt.Succeeded("1", Samples.bytes("2")),
                        failedOnce,
                        EventInvokeConfig.DEFAULT,
                        ACCEPTED))
                .isInstanceOfSatisfying(Verdict.Done.class, done -> {
                    assertThat(done.condition()).isEqualTo(Verdict.Condition.SUCCESS);
                    assertThat(done.attempts()).isEqualTo(2);
                });
    }

    private static EventRecord event() {
        return EventRecord.accepted(Samples.MAIL, "$LATEST", Samples.invocation("r", "{}"), ACCEPTED);
    }

    private static EventRecord retried(Verdict verdict) {
        return ((Verdict.Retry) verdict).event();
    }

    private static EventInvokeConfig config(int retries, Duration age) {
        return new EventInvokeConfig(age, retries, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
