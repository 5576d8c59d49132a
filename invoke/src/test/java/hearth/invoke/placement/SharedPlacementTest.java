package hearth.invoke.placement;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.ManualClock;
import hearth.model.Bytes;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Report.Taken;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Placement on workers that other members place on too, over hosts and zones.
class SharedPlacementTest {
    private static final Demand DEMAND = new Demand(Bytes.mebibytes(128), 72);
    private static final int SLOTS = 10;

    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), new ManualClock());
    private long reports;

    private void join(String name, String zone) {
        placement.add(new WorkerId(name), zone);
        report(name, 0, 0, 0);
    }

    /// @param own environments of those that the worker has in all
    private void report(String name, int own, int all, int idle) {
        var capacity = new WorkerCapacity(Bytes.mebibytes(128 * SLOTS), 8000, SLOTS);
        var taken = new Taken(all, Bytes.mebibytes(128L * all), 72L * all, idle);
        var environments = Collections.nCopies(own, new ReportedEnvironment(new EnvironmentId("any"), Phase.BUSY, 1));
        placement.reported(new WorkerId(name), new Report(++reports, capacity, taken, true, true, environments));
    }

    private String place(boolean stays, Map<WorkerId, Integer> siblings) {
        var request = new PlacementRequest(DEMAND, stays, _ -> true, siblings);
        return placement.place(request) instanceof Placement.Placed(var slot)
                ? slot.worker().value()
                : "nowhere";
    }

    private String place() {
        return place(false, Map.of());
    }

    private static Map<WorkerId, Integer> on(String... workers) {
        var siblings = new HashMap<WorkerId, Integer>();
        for (var worker : workers) {
            siblings.merge(new WorkerId(worker), 1, Integer::sum);
        }
        return siblings;
    }

    @Test
    void leavesOthersWhatTheyHaveTaken() {
        join("one", "");
        report("one", 0, SLOTS - 1, 0);

        assertThat(place()).isEqualTo("one");
        assertThat(place()).isEqualTo("nowhere");
    }

    @Test
    void countsItsOwnOnceWhenTheWorkerReportsThem() {
        join("one", "");
        for (int i = 0; i < 4; i++) {
            place();
        }
        report("one", 4, 7, 0);

        for (int i = 0; i < 3; i++) {
            assertThat(place()).isEqualTo("one");
        }
        assertThat(place()).isEqualTo("nowhere");
    }

    @Test
    void countsWhatItTakesUpFromAnotherMemberOnce() {
        join("one", "");
        report("one", 0, 6, 0);
        for (int i = 0; i < 6; i++) {
            placement.adopt(new WorkerId("one"), DEMAND, false);
        }

        for (int i = 0; i < 4; i++) {
            assertThat(place()).isEqualTo("one");
        }
        assertThat(place()).isEqualTo("nowhere");
    }

    @Test
    void putsTheSecondOfAFunctionIntoAnotherZone() {
        join("a1", "a");
        join("a2", "a");
        join("b1", "b");
        report("a2", 0, 8, 0);

        assertThat(place(false, on("a1"))).isEqualTo("b1");
        assertThat(place(false, on("a1", "b1"))).isEqualTo("a2");
    }

    @Test
    void putsItOnAnotherHostWhereThereIsOneZone() {
        join("one", "a");
        join("two", "a");
        report("one", 0, 8, 0);

        assertThat(place(false, on("one"))).isEqualTo("two");
        assertThat(place(false, on("one", "two"))).isEqualTo("one");
    }

    @Test
    void spreadsWhatIsProvisionedEvenly() {
        join("a1", "a");
        join("a2", "a");
        join("b1", "b");

        assertThat(place(true, on("a1"))).isEqualTo("b1");
        assertThat(place(true, on("a1", "b1"))).isIn("a2", "b1");
        assertThat(place(true, on("a1", "b1", "b1"))).isEqualTo("a2");
    }

    @Test
    void takesAWorkerOfTheSameZoneWhereNoOtherHasRoom() {
        join("a1", "a");
        join("b1", "b");
        report("b1", 0, SLOTS, 0);

        assertThat(place(false, on("a1"))).isEqualTo("a1");
        assertThat(place(true, on("a1"))).isEqualTo("a1");
    }

    @Test
    void choosesAmongThoseAloneThatMayStartIt() {
        join("one", "");
        join("two", "");
        var request =
                new PlacementRequest(DEMAND, false, worker -> worker.value().equals("two"), Map.of());

        assertThat(placement.place(request)).isInstanceOf(Placement.Placed.class);
        assertThat(placement.promised(new WorkerId("two")).environments()).isEqualTo(1);
        assertThat(placement.place(new PlacementRequest(DEMAND, false, _ -> false, Map.of())))
                .isEqualTo(new Placement.NoRoom());
    }

    @Test
    void asksAWorkerThatHasIdleOnesOfOthersForRoomOnceForEachReport() {
        join("one", "");
        join("two", "");
        report("one", 0, SLOTS, 0);
        report("two", 0, SLOTS, 3);
        var request = PlacementRequest.of(DEMAND, false);

        assertThat(placement.roomToMake(request)).contains(new WorkerId("two"));
        assertThat(placement.roomToMake(request)).isEqualTo(Optional.empty());

        report("two", 0, SLOTS, 2);
        assertThat(placement.roomToMake(request)).contains(new WorkerId("two"));
    }
}
