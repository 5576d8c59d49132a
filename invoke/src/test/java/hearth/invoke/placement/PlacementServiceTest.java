package hearth.invoke.placement;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.placement.Placement.NeverFits;
import hearth.invoke.placement.Placement.NoRoom;
import hearth.invoke.placement.Placement.Placed;
import hearth.invoke.placement.Placement.ShareUsedUp;
import hearth.model.Bytes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementServiceTest {
    private static final Duration REST = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock();
    private final PlacementService placement = new PlacementService(new PlacementConfig(1, 2, REST, 75), clock);
    private final FakeWorker small = new FakeWorker("small", 1024, 1000, 10);
    private final FakeWorker large = new FakeWorker("large", 8192, 8000, 10);

    @Test
    void demandsCpuInProportionToMemory() {
        assertThat(Demand.of(Functions.sized("f", 1769))).isEqualTo(new Demand(Bytes.mebibytes(1769), 1000));
    }

    @Test
    void takesTheWorkerThatItFitsBest() {
        add(large);
        add(small);

        assertThat(workerFor(512, 500)).isEqualTo("small");
    }

    @Test
    void keepsLargeWorkersEmptyForLargeEnvironments() {
        add(small);
        add(large);
        for (int i = 0; i < 8; i++) {
            assertThat(workerFor(128, 70)).isEqualTo("small");
        }

        assertThat(workerFor(8192, 4600)).isEqualTo("large");
    }

    @Test
    void takesAnotherWorkerWhenOneIsFull() {
        add(small);
        add(large);
        workerFor(1024, 100);

        assertThat(workerFor(128, 100)).isEqualTo("large");
    }

    @Test
    void passesOverAWorkerWhoseMemoryIsReallyUsedUp() {
        add(small);
        add(large);
        small.room = false;
        report(small);

        assertThat(workerFor(128, 70)).isEqualTo("large");

        large.room = false;
        report(large);
        assertThat(placement.place(new Demand(Bytes.mebibytes(128), 70))).isEqualTo(new NoRoom());
    }

    @Test
    void hasNoRoomOnceAllMemoryIsPromisedUntilSomeIsGivenBack() {
        add(small);
        var slot = slotFor(1024, 100);

        assertThat(placement.place(demand(128, 100))).isEqualTo(new NoRoom());
        slot.close();
        assertThat(placement.place(demand(128, 100))).isInstanceOf(Placed.class);
    }

    @Test
    void hasNoRoomOnceAllSlotsArePromised() {
        add(new FakeWorker("two", 1024, 1000, 2));
        slotFor(10, 1);
        slotFor(10, 1);

        assertThat(placement.place(demand(10, 1))).isEqualTo(new NoRoom());
    }

    @Test
    void promisesCpuTwiceWhenNoWorkerHasAnyLeftAndThenSpreads() {
        add(new FakeWorker("one", 8192, 1000, 10));
        add(new FakeWorker("two", 8192, 2000, 10));
        slotFor(10, 1000);
        slotFor(10, 2000);

        assertThat(workerFor(10, 1000)).isEqualTo("one");
        assertThat(workerFor(10, 1000)).isEqualTo("two");
    }

    @Test
    void saysWhenNoWorkerIsLargeEnough() {
        add(small);

        assertThat(placement.place(demand(1025, 100))).isEqualTo(new NeverFits());
    }

    @Test
    void waitsForWorkersWhenThereAreNone() {
        assertThat(placement.place(demand(1, 1))).isEqualTo(new NoRoom());
    }

    @Test
    void leavesAShareOfAWorkerToWhatEndsWhenItIsNotNeeded() {
        add(small);
        assertThat(placement.place(demand(800, 1), true)).isEqualTo(new ShareUsedUp());
        var kept = placement.place(demand(700, 1), true);
        assertThat(kept).isInstanceOf(Placed.class);

        assertThat(placement.place(demand(128, 1), true)).isEqualTo(new ShareUsedUp());
        assertThat(placement.place(demand(128, 1))).isInstanceOf(Placed.class);
        ((Placed) kept).slot().close();

        assertThat(placement.place(demand(700, 1), true)).isInstanceOf(Placed.class);
    }

    @Test
    void saysThatTheShareIsUsedUpThoughThereIsNoRoomEither() {
        add(small);
        placement.place(demand(700, 1), true);
        placement.place(demand(300, 1));

        assertThat(placement.place(demand(128, 1))).isEqualTo(new NoRoom());
        assertThat(placement.place(demand(128, 1), true)).isEqualTo(new ShareUsedUp());
        assertThat(placement.place(demand(64, 1), true)).isEqualTo(new NoRoom());
        assertThat(placement.place(demand(1025, 1), true)).isEqualTo(new NeverFits());
    }

    @Test
    void givesItsShareBackOnceForAnEnvironmentThatIsNotKeptAnyLonger() {
        add(small);
        var slot = ((Placed) placement.place(demand(500, 1), true)).slot();
        assertThat(placement.place(demand(500, 1), true)).isEqualTo(new ShareUsedUp());

        slot.keepNoLonger();
        slot.keepNoLonger();
        assertThat(placement.place(demand(500, 1), true)).isInstanceOf(Placed.class);
        assertThat(placement.promised(small.worker()))
                .isEqualTo(new Promised(2, Bytes.mebibytes(1000), 2, Bytes.mebibytes(500)));

        slot.close();
        assertThat(placement.place(demand(500, 1), true)).isEqualTo(new ShareUsedUp());
        assertThat(placement.place(demand(500, 1))).isInstanceOf(Placed.class);
    }

    @Test
    void leavesAShareOfAWorkersSlotsToWhatEndsWhenItIsNotNeeded() {
        add(small);
        for (int i = 0; i < 7; i++) {
            assertThat(placement.place(demand(1, 1), true)).isInstanceOf(Placed.class);
        }

        assertThat(placement.place(demand(1, 1), true)).isEqualTo(new ShareUsedUp());
        assertThat(placement.place(demand(1, 1))).isInstanceOf(Placed.class);
    }

    @Test
    void promisesMemorySeveralTimesWhenToldTo() {
        var generous = new PlacementService(new PlacementConfig(3, 2, REST, 75), clock);
        generous.add(small.worker());
        generous.reported(small.worker(), small.report());

        assertThat(generous.place(demand(3072, 100))).isInstanceOf(Placed.class);
        assertThat(generous.place(demand(1, 100))).isEqualTo(new NoRoom());
    }

    private List<String> known() {
        placement.sweep();
        return placement.workers().stream().map(one -> one.worker().value()).toList();
    }

    @Test
    void forgetsAWorkerThatCouldNotBeReachedForTenMinutes() {
        add(small);
        add(large);
        placement.lost(small.worker());
        clock.advance(Duration.ofMinutes(5));
        placement.lost(small.worker());
        clock.advance(Duration.ofMinutes(5).minusNanos(1));
        assertThat(known()).containsExactly("large", "small");

        clock.advance(Duration.ofNanos(1));

        assertThat(known()).containsExactly("large");
    }

    @Test
    void remembersAWorkerThatWasReachedAgain() {
        add(small);
        placement.lost(small.worker());
        clock.advance(Duration.ofMinutes(9));
        placement.reached(small.worker(), "", false);

        clock.advance(Duration.ofMinutes(9));

        assertThat(known()).containsExactly("small");
    }

    /// The same process, of a host that was cut off for longer than that.
    @Test
    void placesOnAWorkerAgainThatWasForgottenAndIsReached() {
        add(small);
        placement.lost(small.worker());
        clock.advance(Duration.ofMinutes(11));
        assertThat(known()).isEmpty();

        placement.reached(small.worker(), "", false);
        report(small);

        assertThat(workerFor(512, 100)).isEqualTo("small");
    }

    @Test
    void givesRoomBackOnceThoughASlotIsClosedTwice() {
        add(small);
        var slot = slotFor(512, 100);
        slotFor(256, 50);

        slot.close();
        slot.close();

        assertThat(placement.promised(small.worker()))
                .isEqualTo(new Promised(1, Bytes.mebibytes(256), 50, new Bytes(0)));
    }

    @Test
    void sparesAWorkerThatFailedSeveralTimesInARowForAWhile() {
        add(small);
        add(large);
        fail(2);

        assertThat(workerFor(128, 70)).isEqualTo("large");
        clock.advance(REST);
        assertThat(workerFor(128, 70)).isEqualTo("small");
    }

    @Test
    void sparesAWorkerAgainThatFailsAfterItsRest() {
        add(small);
        add(large);
        fail(2);
        clock.advance(REST);
        fail(1);

        assertThat(workerFor(128, 70)).isEqualTo("large");
    }

    @Test
    void forgivesFailuresOnceAWorkerSucceeds() {
        add(small);
        add(large);
        fail(1);
        slotFor(128, 70).succeeded();
        fail(1);

        assertThat(workerFor(128, 70)).isEqualTo("small");
    }

    @Test
    void usesUnhealthyWorkersWhenNoneIsWell() {
        add(small);
        fail(2);

        assertThat(workerFor(128, 70)).isEqualTo("small");
    }

    @Test
    void sendsNothingToADrainedWorkerAndStillTakesItsRoomBack() {
        add(small);
        add(large);
        var slot = slotFor(128, 70);
        placement.drain(small.worker());

        assertThat(workerFor(128, 70)).isEqualTo("large");
        slot.close();
        assertThat(placement.promised(small.worker()).environments()).isZero();
    }

    @Test
    void forgetsARemovedWorker() {
        add(small);
        var slot = slotFor(128, 70);
        placement.remove(small.worker());

        slot.close();

        assertThat(placement.place(demand(128, 70))).isEqualTo(new NoRoom());
    }

    @Test
    void choosesNoWorkerThatHasNotReported() {
        placement.add(small.worker());
        assertThat(placement.place(demand(100_000, 100))).isEqualTo(new NoRoom());

        report(small);

        assertThat(workerFor(128, 70)).isEqualTo("small");
        assertThat(placement.place(demand(100_000, 100))).isEqualTo(new NeverFits());
    }

    @Test
    void believesAWorkerThatRefusesUntilItReports() {
        add(small);
        add(large);
        slotFor(128, 70).refused();

        assertThat(workerFor(128, 70)).isEqualTo("large");
        report(small);
        assertThat(workerFor(128, 70)).isEqualTo("small");
    }

    @Test
    void passesOverReportsOfWorkersThatItDoesNotKnow() {
        report(small);

        assertThat(placement.place(demand(1, 1))).isEqualTo(new NoRoom());
    }

    private void add(FakeWorker worker) {
        placement.add(worker.worker());
        report(worker);
    }

    private void report(FakeWorker worker) {
        placement.reported(worker.worker(), worker.report());
    }

    /// The smallest worker fails to make environments.
    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            var slot = slotFor(128, 70);
            assertThat(slot.worker()).isEqualTo(small.worker());
            slot.failed();
            slot.close();
        }
    }

    private String workerFor(int mebibytes, int milliCpus) {
        return slotFor(mebibytes, milliCpus).worker().value();
    }

    private Slot slotFor(int mebibytes, int milliCpus) {
        if (placement.place(demand(mebibytes, milliCpus)) instanceof Placed(var slot)) {
            return slot;
        }
        throw new AssertionError("No room");
    }

    private static Demand demand(int mebibytes, int milliCpus) {
        return new Demand(Bytes.mebibytes(mebibytes), milliCpus);
    }
}
