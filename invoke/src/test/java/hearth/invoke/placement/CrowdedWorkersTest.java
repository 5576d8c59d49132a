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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What comes up takes processors: with two of these, four may come up at once before another worker is preferred.
class CrowdedWorkersTest {
    private static final Demand DEMAND = new Demand(Bytes.mebibytes(128), 72);
    private static final int SLOTS = 50;

    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100, 2), new ManualClock());
    private long reports;

    /// @param all environments that are there, most of them of other members
    /// @param starting of all
    /// @param ownStarting of those that come up
    private void report(String name, int all, int starting, int ownStarting) {
        var capacity = new WorkerCapacity(Bytes.mebibytes(128 * SLOTS), 2000, SLOTS);
        var taken = new Taken(all, Bytes.mebibytes(128L * all), 72L * all, 0, starting);
        var own =
                Collections.nCopies(ownStarting, new ReportedEnvironment(new EnvironmentId("any"), Phase.STARTING, 0));
        placement.reported(new WorkerId(name), new Report(++reports, capacity, taken, true, true, own));
    }

    private void join(String... names) {
        for (var name : names) {
            placement.add(new WorkerId(name));
            report(name, 0, 0, 0);
        }
    }

    private Slot place() {
        return ((Placement.Placed) placement.place(DEMAND)).slot();
    }

    private List<String> places(int count) {
        var names = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            names.add(place().worker().value());
        }
        return names;
    }

    @Test
    void shareABurst() {
        join("one", "two");
        var first = places(1).getFirst();
        var other = first.equals("one") ? "two" : "one";

        assertThat(places(3)).containsOnly(first);
        assertThat(places(4)).containsOnly(other);
        // As crowded as each other.
        assertThat(places(4)).containsOnly(first);
        assertThat(places(4)).containsOnly(other);
    }

    @Test
    void areFilledAgainOnceWhatCameUpIsThere() {
        join("one", "two");
        var slots = List.of(place(), place(), place(), place());
        var first = slots.getFirst().worker().value();

        slots.forEach(Slot::succeeded);

        assertThat(places(1)).containsExactly(first);
    }

    @Test
    void areCrowdedByWhatOtherMembersStart() {
        join("one", "two");
        report("one", 10, 4, 0);

        assertThat(places(1)).containsExactly("two");

        report("one", 10, 0, 0);

        assertThat(places(1)).containsExactly("one");
    }

    @Test
    void areNotCrowdedTwiceByWhatTheyReportOfOurs() {
        join("one");
        var _ = places(3);
        join("two");
        report("one", 3, 3, 3);

        assertThat(places(1)).containsExactly("one");
        assertThat(places(1)).containsExactly("two");
    }

    @Test
    void areUsedAllTheSameWhereNoOtherHasRoom() {
        join("one");

        assertThat(places(20)).containsOnly("one");
    }

    @Test
    void haveRoomForOthersWhenAStartFailsOrIsRefused() {
        join("one", "two");
        var slots = List.of(place(), place(), place(), place());
        var first = slots.getFirst().worker().value();

        slots.get(0).failed();
        slots.get(1).close();

        assertThat(places(2)).containsOnly(first);
    }
}
