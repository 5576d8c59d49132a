package hearth.invoke.counting.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.counting.Admission;
import hearth.invoke.counting.AwaitedAdmission;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.Lease;
import hearth.invoke.counting.ThrottleReason;
import hearth.model.FunctionVersion;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ShardedAdmissionsTest {
    private static final AccountInRegion ACCOUNT = new AccountInRegion(Functions.ACCOUNT, Functions.REGION);
    private static final CountingConfig CONFIG = CountingConfig.DEFAULT;
    private static final Duration HOLD = Duration.ofMinutes(1);
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final FunctionVersion ORDERS = Functions.latest("orders");
    private static final HolderId FRONTEND = new HolderId("frontend", 1);

    private final ManualClock clock = new ManualClock();
    private final ArrayDeque<Holdings> sent = new ArrayDeque<>();
    private final ShardedAdmissions admissions = new ShardedAdmissions(FRONTEND, CONFIG, sent::add, clock::nanos);
    private AccountLedger ledger = ledger(1, new AccountLimits(4, Map.of()));

    @Test
    void asksForTheFirstLeaseAndThenAdmitsWithoutAsking() {
        var first = awaited(MAIL);
        assertThat(first.get()).isNull();

        exchange();
        assertThat(first.get()).isInstanceOf(Admission.Admitted.class);
        exchange();

        close(first.get());
        for (int i = 0; i < 100; i++) {
            admitted(MAIL).close();
        }
        assertThat(sent).isEmpty();
        assertThat(admissions.running()).isZero();
    }

    @Test
    void throttlesOnceTheLedgerHasNothingLeft() {
        for (int i = 0; i < 4; i++) {
            decided(MAIL);
        }
        assertThat(admissions.running()).isEqualTo(4);

        assertThat(decided(MAIL))
                .isEqualTo(new Admission.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(admissions.running()).isEqualTo(4);
    }

    @Test
    void refusesWhatNobodyAnswersAfterAShortWhileButNotAsThrottled() {
        var told = awaited(MAIL);

        clock.advance(CONFIG.silence().minusMillis(1));
        admissions.sweep();
        assertThat(told.get()).isNull();
        clock.advance(Duration.ofMillis(1));
        admissions.sweep();

        assertThat(told.get()).isEqualTo(new Admission.Uncounted());
    }

    @Test
    void asksAgainWhileSomebodyWaits() {
        awaited(MAIL);
        assertThat(sent).hasSize(1);

        clock.advance(CONFIG.repetition());
        admissions.sweep();

        assertThat(sent).hasSize(2);
        assertThat(lastTold().waiting()).isOne();
    }

    @Test
    void goesOnWithWhatItHoldsUntilItsTermIsOverAndKeepsWhatRuns() {
        var running = decided(MAIL);
        decided(MAIL);
        exchange();
        // From here on the ledger hears nothing.
        clock.advance(Duration.ofNanos(CONFIG.heldTerm(CONFIG.term())).minusNanos(1));
        admitted(MAIL).close();
        clock.advance(Duration.ofNanos(1));

        assertThat(admissions.admit(MAIL, HOLD.toNanos())).isInstanceOf(Admission.Awaited.class);
        assertThat(admissions.running()).isEqualTo(2);
        close(running);
        assertThat(admissions.running()).isOne();
        clock.advance(CONFIG.repetition());
        admissions.sweep();
        assertThat(lastTold().leases()).isOne();
    }

    @Test
    void givesWaitingInvocationsWhatComesFree() {
        var first = decided(MAIL);
        for (int i = 0; i < 3; i++) {
            decided(MAIL);
        }
        exchange();
        var told = awaited(MAIL);

        close(first);

        assertThat(told.get()).isInstanceOf(Admission.Admitted.class);
        assertThat(admissions.running()).isEqualTo(4);
    }

    @Test
    void givesBackTheLeaseOfWhoeverDoesNotWaitAnyMore() {
        var answer = ((Admission.Awaited) admissions.admit(MAIL, HOLD.toNanos())).answer();

        assertThat(answer.withdraw()).isTrue();
        exchange();

        assertThat(admissions.running()).isZero();
        assertThat(answer.withdraw()).isTrue();
    }

    @Test
    void tellsAnAnswerThatWasThereBeforeItWasAskedFor() {
        var answer = ((Admission.Awaited) admissions.admit(MAIL, HOLD.toNanos())).answer();
        exchange();

        assertThat(answer.withdraw()).isFalse();
        assertThat(told(answer).get()).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void returnsWhatItDoesNotUseAndForgetsTheAccount() {
        close(decided(MAIL));
        exchange();
        assertThat(ledger.committed()).isPositive();

        for (int i = 0; i < 10; i++) {
            clock.advance(CONFIG.renewal());
            admissions.sweep();
            exchange();
        }

        assertThat(ledger.committed()).isZero();
        assertThat(admissions.batches()).isZero();
        assertThat(decided(MAIL)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void knowsAReservationOfNothingWithoutAsking() {
        ledger = ledger(2, reserved("orders", 0));
        decided(MAIL);
        exchange();

        assertThat(admissions.admit(ORDERS, HOLD.toNanos()))
                .isEqualTo(
                        new Admission.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void holdsAFunctionToAReservationThatIsMadeWhileItRuns() {
        var running = decided(ORDERS);
        exchange();
        ledger.limit(reserved("orders", 1)).forEach(admissions::received);
        exchange();

        assertThat(decided(ORDERS))
                .isEqualTo(
                        new Admission.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        close(running);
        clock.advance(CONFIG.renewal());
        admissions.sweep();
        exchange();
        assertThat(decided(ORDERS)).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void asksBeforeItAdmitsWhatMayTakeLongerThanWasAgreed() {
        close(decided(MAIL));
        exchange();

        assertThat(admissions.admit(MAIL, CONFIG.longestHold().toNanos())).isInstanceOf(Admission.Awaited.class);
        assertThat(sent.getLast().longest()).isEqualTo(CONFIG.longestHold());
        exchange();

        assertThat(admissions.running()).isOne();
        assertThat(admissions.admit(MAIL, CONFIG.longestHold().toNanos())).isInstanceOf(Admission.Admitted.class);
        assertThatThrownBy(() ->
                        admissions.admit(MAIL, CONFIG.longestHold().plusNanos(1).toNanos()))
                .hasMessageContaining("CountingConfig.longestHold");
    }

    @Test
    void goesOnWhileAnotherLedgerTakesOverAndFollowsTheFormerNoMore() {
        decided(MAIL);
        exchange();
        var former = ledger;
        ledger = ledger(2, new AccountLimits(4, Map.of()), Set.of(FRONTEND));
        admitted(MAIL).close();

        ledger.begin().forEach(admissions::received);
        exchange();
        assertThat(ledger.isSettled()).isTrue();
        assertThat(ledger.committed()).isPositive();

        former.limit(new AccountLimits(0, Map.of())).forEach(admissions::received);
        assertThat(sent).isEmpty();
        admitted(MAIL).close();
    }

    @Test
    void followsNothingThatWasMeantForAnEarlierLife() {
        var awaited = awaited(MAIL);
        List<LedgerMessage> messages = new ArrayList<>();
        var told = sent.removeFirst();
        var earlier = new HolderId(FRONTEND.frontend(), 0);
        messages.addAll(ledger.received(
                new Holdings(told.account(), earlier, 1, told.number(), 0, 0, told.longest(), told.pools(), Map.of())));

        messages.forEach(admissions::received);

        assertThat(messages).isNotEmpty();
        assertThat(awaited.get()).isNull();
    }

    private AccountLedger ledger(long epoch, AccountLimits limits) {
        return ledger(epoch, limits, Set.of());
    }

    private AccountLedger ledger(long epoch, AccountLimits limits, Set<HolderId> mayHold) {
        var shard = new ShardLease(epoch, clock.nanos() + Duration.ofHours(1).toNanos());
        return new AccountLedger(ACCOUNT, shard, limits, mayHold, CONFIG, clock::nanos);
    }

    private static AccountLimits reserved(String function, int reserved) {
        return new AccountLimits(4, Map.of(function, new FunctionLimits(OptionalInt.of(reserved), Map.of())));
    }

    /// All messages arrive, until nobody has anything to tell any more.
    private void exchange() {
        while (!sent.isEmpty()) {
            ledger.received(sent.removeFirst()).forEach(admissions::received);
        }
    }

    private AtomicReference<Admission.Decided> awaited(FunctionVersion version) {
        return told(((Admission.Awaited) admissions.admit(version, HOLD.toNanos())).answer());
    }

    private static AtomicReference<Admission.Decided> told(AwaitedAdmission answer) {
        var told = new AtomicReference<Admission.Decided>();
        answer.whenDecided(decided -> {
            assertThat(told.get()).isNull();
            told.set(decided);
        });
        return told;
    }

    private Admission.Decided decided(FunctionVersion version) {
        return switch (admissions.admit(version, HOLD.toNanos())) {
            case Admission.Decided decided -> decided;
            case Admission.Awaited(var answer) -> {
                var told = told(answer);
                exchange();
                yield told.get();
            }
        };
    }

    private Lease admitted(FunctionVersion version) {
        return ((Admission.Admitted) admissions.admit(version, HOLD.toNanos())).lease();
    }

    private Holding lastTold() {
        return Objects.requireNonNull(sent.getLast().pools().get(Pool.UNRESERVED));
    }

    private static void close(Admission.Decided admission) {
        ((Admission.Admitted) admission).lease().close();
    }
}
