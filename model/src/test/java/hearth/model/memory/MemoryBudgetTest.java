package hearth.model.memory;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {
    private static final long MIB = 1 << 20;
    private static final int THREADS = 8;
    private static final int ROUNDS = 20_000;

    private final MemoryBudget budget = new MemoryBudget(Bytes.mebibytes(16));
    private final List<String> granted = new ArrayList<>();

    @Test
    void keepsAnEighthForSmallHoldersAndHalfOfThatForTheSmallest() {
        assertThat(budget.take(14 * MIB, 0)).isTrue();

        assertThat(budget.take(MIB, 0)).isFalse();
        assertThat(budget.take(MemoryBudget.SMALL, 0)).isTrue();
        while (budget.take(MemoryBudget.SMALL, 0)) {
            // The small ones take what they may.
        }
        assertThat(budget.left()).isEqualTo(MIB);
        assertThat(budget.take(MemoryBudget.SMALLEST, 0)).isTrue();
    }

    @Test
    void countsWhatAHolderHasAlreadyWhenItAsksForMore() {
        assertThat(budget.take(14 * MIB, 0)).isTrue();

        assertThat(budget.take(1, MemoryBudget.SMALL)).isFalse();
    }

    @Test
    void letsAShareHaveNoMoreThanItsPartAndTakesThatOfTheWholeToo() {
        var requests = budget.share(Bytes.mebibytes(8));

        assertThat(requests.take(7 * MIB, 0)).isTrue();

        assertThat(requests.take(MIB, 0)).isFalse();
        assertThat(budget.left()).isEqualTo(9 * MIB);
        assertThat(budget.take(7 * MIB, 0)).isTrue();
        requests.giveBack(7 * MIB);
        budget.giveBack(7 * MIB);
        assertThat(budget.left()).isEqualTo(16 * MIB);
        assertThat(requests.left()).isEqualTo(8 * MIB);
    }

    @Test
    void countsWhoWasRefusedInAShareForTheWholeToo() {
        budget.share(Bytes.mebibytes(8)).refused();

        assertThat(budget.refusals()).isEqualTo(1);
    }

    @Test
    void takesNothingOfTheWholeForAShareThatIsUsedUp() {
        var functions = budget.share(Bytes.mebibytes(8)).share(Bytes.mebibytes(4));

        assertThat(functions.take(4 * MIB, 0)).isFalse();

        assertThat(budget.left()).isEqualTo(16 * MIB);
    }

    @Test
    void countsWhatIsInUseEvenBeyondItsEnd() {
        budget.hold(17 * MIB);

        assertThat(budget.isOverdrawn()).isTrue();
        assertThat(budget.share(Bytes.mebibytes(8)).isOverdrawn()).isTrue();
        budget.giveBack(17 * MIB);
        assertThat(budget.isOverdrawn()).isFalse();
    }

    @Test
    void saysWhatOneHolderCanEverHave() {
        assertThat(budget.largest()).isEqualTo(Bytes.mebibytes(14));
        assertThat(budget.share(Bytes.mebibytes(8)).largest()).isEqualTo(Bytes.mebibytes(7));
        assertThat(budget.take(budget.largest().count(), 0)).isTrue();
    }

    @Test
    void grantsTheRoomThatOthersGiveBackToThoseWhoWaitInTheirOrder() {
        take(14 * MIB);
        await("first", budget, 8 * MIB);
        await("second", budget, 4 * MIB);

        budget.giveBack(4 * MIB);
        assertThat(granted).isEmpty();
        budget.giveBack(4 * MIB);
        assertThat(granted).containsExactly("first");
        budget.giveBack(6 * MIB);
        assertThat(granted).containsExactly("first", "second");
        assertThat(budget.waits()).isEqualTo(2);
        assertThat(budget.waiting()).isZero();
    }

    @Test
    void letsNoLargeNewcomerOvertakeWhoWaits() {
        take(14 * MIB);
        await("first", budget, 8 * MIB);
        budget.giveBack(4 * MIB);

        assertThat(budget.take(MIB, 0)).isFalse();
        assertThat(budget.take(MemoryBudget.SMALL, 0)).isTrue();
    }

    @Test
    void letsASmallOneGoWhileALargeOneWaits() {
        take(14 * MIB);
        await("large", budget, 8 * MIB);
        budget.hold(2 * MIB);
        await("small", budget, 4 << 10);

        budget.giveBack(4 << 10);

        assertThat(granted).containsExactly("small");
    }

    @Test
    void letsAnswersGoBeforeRequestsThatWaitedLonger() {
        var requests = budget.share(Bytes.mebibytes(12));
        take(14 * MIB);
        await("request", requests, 4 * MIB);
        await("answer", budget, 4 * MIB);

        budget.giveBack(4 * MIB);
        assertThat(granted).containsExactly("answer");
        budget.giveBack(4 * MIB);
        assertThat(granted).containsExactly("answer", "request");
    }

    @Test
    void aFullShareHoldsUpNobodyOfAnother() {
        var requests = budget.share(Bytes.mebibytes(12));
        var functions = requests.share(Bytes.mebibytes(4));
        assertThat(functions.take(3 * MIB, 0)).isTrue();
        take(8 * MIB);
        await("function", functions, 3 * MIB);
        await("request", requests, 4 * MIB);

        budget.giveBack(2 * MIB);

        assertThat(granted).containsExactly("request");
    }

    @Test
    void whoLeavesTheLineGetsNothingAndStandsInNobodysWay() {
        take(14 * MIB);
        var first = budget.takeOrWait(14 * MIB, 0, () -> granted.add("first")).orElseThrow();
        await("second", budget, MIB);
        budget.giveBack(MIB);

        assertThat(first.cancel()).isTrue();

        assertThat(granted).containsExactly("second");
        assertThat(first.cancel()).isFalse();
    }

    /// Answers wait in line for what they need, requests give up, and in the end all is given back.
    @Test
    void isRightUnderManyThreads() throws InterruptedException {
        long seed = new Random().nextLong();
        var requests = budget.share(Bytes.mebibytes(12));
        var used = new AtomicLong();
        var mostUsed = new AtomicLong();
        var problems = new ArrayList<String>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    long bytes = 1 + random.nextLong(random.nextInt(4) == 0 ? 6 * MIB : MemoryBudget.SMALL);
                    var from = random.nextBoolean() ? requests : budget;
                    if (from == requests ? from.take(bytes, 0) : waitFor(bytes, random.nextInt(8) == 0, problems)) {
                        mostUsed.accumulateAndGet(used.addAndGet(bytes), Math::max);
                        used.addAndGet(-bytes);
                        from.giveBack(bytes);
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }

        assertThat(problems).as("seed " + seed).isEmpty();
        assertThat(mostUsed.get()).as("seed " + seed).isLessThanOrEqualTo(16 * MIB);
        assertThat(budget.left()).as("seed " + seed).isEqualTo(16 * MIB);
        assertThat(requests.left()).as("seed " + seed).isEqualTo(12 * MIB);
        assertThat(budget.waiting()).as("seed " + seed).isZero();
    }

    /// @param givesUp whether to leave the line at once
    private boolean waitFor(long bytes, boolean givesUp, List<String> problems) {
        var room = new CompletableFuture<Boolean>();
        var waiting = budget.takeOrWait(bytes, 0, () -> room.complete(true));
        if (waiting.isEmpty()) {
            return true;
        }
        if (givesUp && waiting.get().cancel()) {
            return false;
        }
        try {
            return room.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            synchronized (problems) {
                problems.add("Nobody granted " + bytes + " bytes: " + e);
            }
            return false;
        }
    }

    private void take(long bytes) {
        assertThat(budget.take(bytes, 0)).isTrue();
    }

    private void await(String name, MemoryBudget from, long bytes) {
        assertThat(from.takeOrWait(bytes, 0, () -> granted.add(name))).isPresent();
    }
}
