package hearth.invoke.counting.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import hearth.invoke.counting.sharded.LedgerMessage.Inquiry;
import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountLedgerTest {
    private static final AccountInRegion ACCOUNT = new AccountInRegion(Functions.ACCOUNT, Functions.REGION);
    private static final CountingConfig CONFIG = CountingConfig.DEFAULT;
    private static final HolderId ONE = new HolderId("one", 1);
    private static final HolderId OTHER = new HolderId("other", 1);
    private static final Pool ORDERS = new Pool.Reserved("orders");
    private static final long EPOCH = 7;

    private final ManualClock clock = new ManualClock();
    private AccountLedger ledger = ledger(Set.of());
    private long reports;

    /// By frontend, the last allotment that it has followed.
    private final Map<HolderId, Long> followed = new HashMap<>();

    @Test
    void givesWhatIsNeededAndAPartOfWhatIsWished() {
        var allotment = told(ONE, unreserved(0, 0, 2, 6));

        assertThat(allotment.leases(Pool.UNRESERVED)).isEqualTo(6);
        assertThat(allotment.limits()).contains(limits(10));
        assertThat(allotment.term()).isEqualTo(CONFIG.term());
    }

    @Test
    void givesLessInAdvanceNearTheLimit() {
        follow(told(ONE, unreserved(0, 0, 7, 7)));

        assertThat(told(OTHER, unreserved(0, 0, 1, 9)).leases(Pool.UNRESERVED)).isEqualTo(1);
    }

    @Test
    void givesOneFrontendAllThereIs() {
        var allotment = told(ONE, unreserved(0, 0, 30, 45));

        assertThat(allotment.leases(Pool.UNRESERVED)).isEqualTo(10);
        assertThat(outlook(allotment, Pool.UNRESERVED)).isEqualTo(Outlook.EXHAUSTED);
    }

    @Test
    void takesBackWhatOthersDoNotUseAndGivesItOnceItIsSaidToBeGivenUp() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        told(ONE, unreserved(10, 4, 0, 10));

        var messages = tell(OTHER, unreserved(0, 0, 3, 3));

        assertThat(outlook(to(OTHER, messages), Pool.UNRESERVED)).isEqualTo(Outlook.RECALLING);
        assertThat(to(OTHER, messages).leases(Pool.UNRESERVED)).isZero();
        assertThat(to(ONE, messages).leases(Pool.UNRESERVED)).isEqualTo(7);
        assertThat(ledger.committed()).isEqualTo(10);
        follow(to(ONE, messages));
        var after = tell(ONE, unreserved(7, 4, 0, 10));
        assertThat(to(OTHER, after).leases(Pool.UNRESERVED)).isEqualTo(3);
        assertThat(ledger.committed()).isEqualTo(10);
    }

    @Test
    void asksAgainWhoeverDoesNotGiveUpInTimeWhatOthersWaitFor() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        told(ONE, unreserved(10, 4, 0, 10));
        told(OTHER, unreserved(0, 0, 3, 3));
        assertThat(tell(OTHER, unreserved(0, 0, 3, 3))).hasSize(1);

        clock.advance(CONFIG.repetition().plusNanos(1));

        assertThat(tell(OTHER, unreserved(0, 0, 3, 3))).contains(new Inquiry(ACCOUNT, ONE, EPOCH));
    }

    @Test
    void asksWhetherOthersUseAllTheyHoldWhenTheyHaveNotToldForAWhile() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        told(ONE, unreserved(10, 10, 0, 10));
        assertThat(outlook(told(OTHER, unreserved(0, 0, 3, 3)), Pool.UNRESERVED))
                .isEqualTo(Outlook.EXHAUSTED);

        clock.advance(CONFIG.repetition().multipliedBy(2).plusNanos(1));
        var messages = tell(OTHER, unreserved(0, 0, 3, 3));

        assertThat(messages).contains(new Inquiry(ACCOUNT, ONE, EPOCH));
        assertThat(outlook(to(OTHER, messages), Pool.UNRESERVED)).isEqualTo(Outlook.RECALLING);
    }

    @Test
    void countsWhatAFrontendMayHaveBeenGivenThoughItHasNotSaidSo() {
        told(ONE, unreserved(0, 0, 8, 8));

        // It has not heard of the eight, and asks for fewer now.
        told(ONE, unreserved(0, 0, 1, 1));

        assertThat(ledger.committed()).isEqualTo(8);
        assertThat(told(OTHER, unreserved(0, 0, 5, 5)).leases(Pool.UNRESERVED)).isEqualTo(2);
    }

    @Test
    void passesOverWhatWasOvertakenOrComesTwice() {
        follow(told(ONE, unreserved(0, 0, 4, 4)));
        var late = holdings(ONE, unreserved(0, 0, 9, 9));
        told(ONE, unreserved(4, 1, 0, 4));

        assertThat(ledger.received(late)).isEmpty();
        assertThat(ledger.committed()).isEqualTo(4);
    }

    @Test
    void keepsAReservationForItsFunctionAndHoldsItToIt() {
        ledger = ledger(Set.of(), limits(10, "orders", 4));

        assertThat(told(ONE, unreserved(0, 0, 10, 10)).leases(Pool.UNRESERVED)).isEqualTo(6);
        assertThat(told(OTHER, Map.of(ORDERS, new Holding(0, 0, 9, 9))).leases(ORDERS))
                .isEqualTo(4);
    }

    @Test
    void takesBackWhatIsBeyondANewLimit() {
        follow(told(ONE, unreserved(0, 0, 6, 6)));
        follow(told(OTHER, unreserved(0, 0, 4, 4)));

        var messages = ledger.limit(limits(5));

        assertThat(to(ONE, messages).leases(Pool.UNRESERVED)
                        + to(OTHER, messages).leases(Pool.UNRESERVED))
                .isLessThanOrEqualTo(6);
        assertThat(to(ONE, messages).limits()).contains(limits(5));
        assertThat(ledger.committed()).isEqualTo(10);
    }

    @Test
    void givesNothingOfANewReservationBeforeAllFrontendsGoByIt() {
        follow(told(ONE, unreserved(0, 0, 6, 6)));
        var changed = ledger.limit(limits(10, "orders", 3));

        var early = told(OTHER, Map.of(ORDERS, new Holding(0, 0, 3, 3)));
        assertThat(early.leases(ORDERS)).isZero();
        assertThat(outlook(early, ORDERS)).isEqualTo(Outlook.UNSETTLED);

        follow(to(ONE, changed));
        var messages = ledger.received(holdings(ONE, 2, unreserved(6, 6, 0, 6), Map.of("orders", 2)));
        assertThat(to(OTHER, messages).leases(ORDERS))
                .as("One frontend runs two that were admitted before")
                .isEqualTo(1);
    }

    @Test
    void asksWhoeverMayStillFollowAnEarlierLedgerAndBelievesNothingMeanwhile() {
        var messages = ledger.received(holdings(ONE, 0, unreserved(5, 5, 0, 5), Map.of(), EPOCH - 1));

        assertThat(messages).containsExactly(new Inquiry(ACCOUNT, ONE, EPOCH));
        assertThat(ledger.committed()).isZero();
    }

    @Test
    void givesNoMoreThanIsProvenUntilAllHaveTold() {
        ledger = ledger(Set.of(ONE, OTHER));
        assertThat(ledger.begin()).hasSize(2).allMatch(Inquiry.class::isInstance);

        var first = told(ONE, unreserved(3, 3, 4, 7));
        assertThat(first.leases(Pool.UNRESERVED)).isEqualTo(3);
        assertThat(outlook(first, Pool.UNRESERVED)).isEqualTo(Outlook.UNSETTLED);
        assertThat(ledger.sweep()).containsExactly(new Inquiry(ACCOUNT, OTHER, EPOCH));

        var messages = tell(OTHER, unreserved(5, 5, 0, 5));
        assertThat(ledger.isSettled()).isTrue();
        assertThat(to(ONE, messages).leases(Pool.UNRESERVED)).isEqualTo(5);
    }

    @Test
    void givesTheRestOnceAllIsOverThatItsPredecessorsAllowed() {
        ledger = ledger(Set.of(ONE, OTHER));
        told(ONE, unreserved(3, 3, 4, 7));

        advance(Duration.ofNanos(CONFIG.waitedTerm()).plusSeconds(1));
        assertThat(told(ONE, unreserved(3, 3, 4, 7)).leases(Pool.UNRESERVED)).isEqualTo(3);
        advance(Duration.ofNanos(CONFIG.waitedHold(CONFIG.longestHold())));

        assertThat(told(ONE, unreserved(3, 3, 4, 7)).leases(Pool.UNRESERVED)).isEqualTo(7);
    }

    @Test
    void doesNothingWithoutItsLeaseOnTheShard() {
        ledger.extend(new ShardLease(EPOCH, clock.nanos() + 1));
        clock.advance(Duration.ofNanos(1));

        assertThat(ledger.received(holdings(ONE, unreserved(0, 0, 1, 1)))).isEmpty();
        assertThat(ledger.sweep()).isEmpty();

        ledger.extend(new ShardLease(EPOCH + 1, clock.nanos() + 1_000));
        assertThat(ledger.received(holdings(ONE, unreserved(0, 0, 1, 1))))
                .as("A lease of another epoch is another ledger's")
                .isEmpty();
    }

    @Test
    void countsWhatASilentFrontendHeldUntilItsLastInvocationMustBeOver() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        advance(Duration.ofNanos(CONFIG.waitedTerm()).plus(Duration.ofNanos(CONFIG.waitedHold(CONFIG.usualHold()))));
        clock.advance(Duration.ofNanos(-1));

        assertThat(told(OTHER, unreserved(0, 0, 10, 10)).leases(Pool.UNRESERVED))
                .isZero();
        clock.advance(Duration.ofNanos(1));
        assertThat(told(OTHER, unreserved(0, 0, 10, 10)).leases(Pool.UNRESERVED))
                .isEqualTo(10);
    }

    @Test
    void countsOfAFrontendThatIsCertainlyGoneOnlyWhatStillRuns() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        told(OTHER, unreserved(0, 0, 9, 9));

        var messages = ledger.gone(ONE, Map.of("mail", 4));

        assertThat(to(OTHER, messages).leases(Pool.UNRESERVED)).isEqualTo(6);
        assertThat(ledger.received(holdings(ONE, unreserved(10, 4, 0, 10)))).isEmpty();
        assertThat(ledger.gone(ONE, Map.of())).hasSize(1);
        assertThat(ledger.committed()).isEqualTo(9);
    }

    @Test
    void countsOfTheFormerLivesOfAFrontendOnlyWhatStillRunsAndOfTheLatestWhatThatTells() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        long since = clock.nanos();
        clock.advance(Duration.ofMillis(1));
        var next = new HolderId(ONE.frontend(), ONE.incarnation() + 2);
        told(next, unreserved(0, 0, 3, 3));

        var _ = ledger.former(ONE.frontend(), Map.of("mail", 4));
        var messages = ledger.gone(ONE.frontend(), since, true);

        assertThat(to(next, messages).leases(Pool.UNRESERVED)).isEqualTo(3);
        assertThat(ledger.committed()).isEqualTo(7);
        var _ = ledger.former(ONE.frontend(), Map.of());
        assertThat(ledger.committed()).isEqualTo(3);
    }

    @Test
    void takesAFrontendBackThatWasGoneAndIsInTheSameLifeAgain() {
        follow(told(ONE, unreserved(0, 0, 10, 10)));
        var _ = ledger.gone(ONE.frontend(), clock.nanos(), false);
        assertThat(told(OTHER, unreserved(0, 0, 8, 8)).leases(Pool.UNRESERVED)).isEqualTo(8);

        assertThat(told(ONE, unreserved(2, 2, 5, 5)).leases(Pool.UNRESERVED)).isEqualTo(2);
    }

    @Test
    void isSettledOnceItIsKnownWhatRunsOfThoseThatHaveNotTold() {
        ledger = ledger(Set.of(HolderId.anyLifeOf("one"), HolderId.anyLifeOf("other")));

        var _ = ledger.former("one", Map.of("mail", 1));
        var _ = ledger.gone("one", clock.nanos(), true);
        assertThat(ledger.isSettled()).as("its next life is yet to tell").isFalse();
        var _ = ledger.gone("one", clock.nanos(), false);
        assertThat(ledger.isSettled()).as("the other is yet to tell").isFalse();
        var _ = ledger.gone("other", clock.nanos(), false);

        assertThat(ledger.isSettled()).isTrue();
        assertThat(ledger.committed()).isEqualTo(1);
    }

    private void advance(Duration by) {
        clock.advance(by);
        ledger.extend(new ShardLease(EPOCH, clock.nanos() + Duration.ofHours(1).toNanos()));
    }

    private AccountLedger ledger(Set<HolderId> mayHold) {
        return ledger(mayHold, limits(10));
    }

    private AccountLedger ledger(Set<HolderId> mayHold, AccountLimits limits) {
        var shard = new ShardLease(EPOCH, clock.nanos() + Duration.ofHours(1).toNanos());
        return new AccountLedger(ACCOUNT, shard, limits, mayHold, CONFIG, clock::nanos);
    }

    private static AccountLimits limits(int limit) {
        return new AccountLimits(limit, Map.of());
    }

    private static AccountLimits limits(int limit, String function, int reserved) {
        return new AccountLimits(limit, Map.of(function, new FunctionLimits(OptionalInt.of(reserved), Map.of())));
    }

    private static Map<Pool, Holding> unreserved(int leases, int running, int waiting, int wanted) {
        return Map.of(Pool.UNRESERVED, new Holding(leases, running, waiting, wanted));
    }

    private Allotment told(HolderId holder, Map<Pool, Holding> pools) {
        return to(holder, tell(holder, pools));
    }

    private List<LedgerMessage> tell(HolderId holder, Map<Pool, Holding> pools) {
        return ledger.received(holdings(holder, pools));
    }

    private Holdings holdings(HolderId holder, Map<Pool, Holding> pools) {
        return holdings(holder, 1, pools, Map.of());
    }

    private Holdings holdings(HolderId holder, long limits, Map<Pool, Holding> pools, Map<String, Integer> elsewhere) {
        return holdings(holder, limits, pools, elsewhere, EPOCH);
    }

    private Holdings holdings(
            HolderId holder, long limits, Map<Pool, Holding> pools, Map<String, Integer> elsewhere, long epoch) {
        return new Holdings(
                ACCOUNT,
                holder,
                epoch,
                ++reports,
                followed.getOrDefault(holder, 0L),
                followed.containsKey(holder) ? limits : 0,
                CONFIG.usualHold(),
                pools,
                elsewhere);
    }

    private static Outlook outlook(Allotment allotment, Pool pool) {
        return Objects.requireNonNull(allotment.pools().get(pool)).outlook();
    }

    private void follow(Allotment allotment) {
        followed.put(allotment.to(), allotment.number());
    }

    /// The last of the messages that is an allotment for this frontend.
    private static Allotment to(HolderId holder, List<LedgerMessage> messages) {
        return messages.stream()
                .filter(message -> message.to().equals(holder) && message instanceof Allotment)
                .map(Allotment.class::cast)
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError("Nothing for " + holder + " in " + messages));
    }
}
