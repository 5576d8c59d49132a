package hearth.invoke.workermanager;

import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Finds what is otherwise at the workers than is known here. Guarded as the EnvironmentTable is.
///
/// A report may be older than a message that came before it, so one difference says little: it counts when it is
/// found in every report for a while, in two at least. Where that is wrong all the same, for messages were under
/// way for very long, no invocation is harmed: an environment that was taken for gone ends once it is idle.
final class Reconciliation {
    /// How long a `Start` may be under way, and an invocation to its environment.
    static final Duration UNDER_WAY = Duration.ofSeconds(5);

    /// Reports may follow each other closely, when room comes and goes.
    static final Duration CONFIRMATION = Duration.ofMillis(500);

    /// So many sweeps without a report, and a worker is taken for gone. Not by the clock: that goes on while this
    /// process is stopped, and then nobody could report.
    static final int SILENT_SWEEPS = 30;

    /// What is known of a worker by its reports.
    private static final class Reports {
        private long last = Long.MIN_VALUE;
        private int sweepsSince;
        /// What the last one differed in, and since when each did.
        private Map<Difference, Instant> differences = Map.of();
    }

    /// So many sweeps after a connection was lost, and what is on its worker counts as gone. By then a network that was
    /// cut for a moment is whole again.
    static final int LOST_SWEEPS = 15;

    private final Map<WorkerId, Reports> workers = new HashMap<>();

    /// The workers that cannot be reached, and how many sweeps ago each was lost.
    private final Map<WorkerId, Integer> outOfReach = new HashMap<>();
    private final Duration claim;

    /// @param reservationLife how long an invocation may take to its environment, beyond the time that it is under way
    Reconciliation(Duration reservationLife) {
        claim = UNDER_WAY.plus(reservationLife);
    }

    /// A worker cannot be reached any more, or is to be given nothing more.
    void lost(WorkerId worker) {
        outOfReach.put(worker, 0);
    }

    /// It can be reached again.
    ///
    /// @param anew whether its process is another, whose reports are numbered afresh
    void reached(WorkerId worker, boolean anew) {
        outOfReach.remove(worker);
        if (anew) {
            workers.remove(worker);
        }
    }

    /// The differences that are certain with this report, in no order.
    ///
    /// @param named all environments that the worker has
    /// @param known those that are known here of this worker
    List<Difference> reported(
            WorkerId from,
            long number,
            Map<EnvironmentId, ReportedEnvironment> named,
            Collection<Environment> known,
            Instant now) {
        var reports = workers.computeIfAbsent(from, _ -> new Reports());
        if (number <= reports.last) {
            return List.of();
        }
        reports.last = number;
        reports.sweepsSince = 0;
        var earlier = reports.differences;
        var differences = new HashMap<Difference, Instant>();
        compare(named, known, now, one -> differences.put(one, earlier.getOrDefault(one, now)));
        reports.differences = differences;
        var certain = new ArrayList<Difference>(0);
        differences.forEach((one, since) -> {
            // Nothing was under way to one that comes back: its connection is new.
            if (one instanceof Difference.Returned || !since.plus(CONFIRMATION).isAfter(now)) {
                certain.add(one);
            }
        });
        return certain;
    }

    private void compare(
            Map<EnvironmentId, ReportedEnvironment> named,
            Collection<Environment> known,
            Instant now,
            Consumer<Difference> found) {
        var unknown = new HashMap<>(named);
        for (var environment : known) {
            var reported = unknown.remove(environment.id());
            if (reported != null) {
                compare(environment, reported, now, found);
            } else if (isOver(UNDER_WAY, environment.asked(), now)) {
                found.accept(new Difference.Missing(environment.id()));
            }
        }
        unknown.values().stream()
                .filter(one -> one.phase() != Phase.ENDING)
                .forEach(one -> found.accept(new Difference.Unknown(one.id())));
    }

    private void compare(
            Environment environment, ReportedEnvironment reported, Instant now, Consumer<Difference> found) {
        var id = environment.id();
        switch (environment.state()) {
            case EnvironmentState.Starting() -> {
                if (reported.phase() == Phase.IDLE) {
                    found.accept(new Difference.Ready(id));
                }
            }
            case EnvironmentState.Busy busy -> {
                for (var one = busy; one != null; one = one.others()) {
                    compare(id, one, reported, now, found);
                }
            }
            case EnvironmentState.Retiring() -> {
                if (reported.phase() != Phase.ENDING) {
                    found.accept(new Difference.NotEnding(id));
                }
            }
            case EnvironmentState.OutOfReach() -> {
                if (reported.phase() == Phase.IDLE
                        && !outOfReach.containsKey(environment.slot().worker())) {
                    found.accept(new Difference.Returned(id));
                }
            }
            case EnvironmentState.Idle _ -> {}
        }
    }

    /// One of the reservations that an environment was given out under.
    private void compare(
            EnvironmentId id,
            EnvironmentState.Busy busy,
            ReportedEnvironment reported,
            Instant now,
            Consumer<Difference> found) {
        long reservation = busy.reservation();
        if (!reported.isUp() || reported.running().contains(reservation)) {
            return;
        }
        if (reservation <= reported.lastReservation()) {
            found.accept(new Difference.Idle(id, reservation));
        } else if (isOver(claim, busy.since(), now)) {
            found.accept(new Difference.Unclaimed(id, reservation));
        }
    }

    /// The workers that have reported and do so no more, or were lost. To be called once in each sweep.
    Set<WorkerId> silentWorkers() {
        Set<WorkerId> silent = new LinkedHashSet<>();
        workers.forEach((worker, reports) -> {
            if (++reports.sweepsSince >= SILENT_SWEEPS) {
                silent.add(worker);
            }
        });
        outOfReach.replaceAll((_, sweeps) -> sweeps + 1);
        outOfReach.forEach((worker, sweeps) -> {
            if (sweeps >= LOST_SWEEPS) {
                silent.add(worker);
            }
        });
        // Nothing of theirs is left to be looked after.
        outOfReach.values().removeIf(sweeps -> sweeps >= LOST_SWEEPS);
        return silent;
    }

    /// Whether it cannot be reached, or is to be given nothing more.
    boolean isOutOfReach(WorkerId worker) {
        return outOfReach.containsKey(worker);
    }

    /// Whether it was asked for so long ago that its worker must know it.
    static boolean isArrived(Environment environment, Instant now) {
        return isOver(UNDER_WAY, environment.asked(), now);
    }

    private static boolean isOver(Duration time, Instant since, Instant now) {
        return !since.plus(time).isAfter(now);
    }
}
