package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Takes shards up at the workers, with the environments that these have, and lets go of them. Guarded as the
/// EnvironmentTable is.
///
/// A shard that begins is told to all workers that can be reached, and later to each that comes. What a worker has is
/// used as soon as it has answered; others are made once all have answered, or `PATIENCE` is over. A worker that has
/// heard of a later epoch decides: whoever has just begun takes a higher one, and whoever was settled has lost the
/// shard. If nobody takes that away in `RESPITE`, the other member is no more, and it begins once again.
final class HandOver {
    /// How long workers have to answer before environments are made without them.
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /// After how long a worker that has not answered is told again.
    private static final Duration REPEAT = Duration.ofMillis(900);

    /// How long one that has a later epoch is believed to look after a shard.
    static final Duration RESPITE = Duration.ofSeconds(3);

    /// How often at most a worker is asked whether it still knows who looks after a shard.
    private static final Duration CONFIRMATION = Duration.ofSeconds(5);

    private final OwnedShards shards;
    private final Inventory inventory;
    private final Assignments assignments;
    private final ScaleOut scaleOut;
    private final Provisioning provisioning;
    private final EnvironmentTallies tallies;

    HandOver(
            OwnedShards shards,
            Inventory inventory,
            Assignments assignments,
            ScaleOut scaleOut,
            Provisioning provisioning,
            EnvironmentTallies tallies) {
        this.shards = shards;
        this.inventory = inventory;
        this.assignments = assignments;
        this.scaleOut = scaleOut;
        this.provisioning = provisioning;
        this.tallies = tallies;
    }

    /// An environment that a worker has, and the room that it takes there.
    record Adoption(HeldEnvironment held, Slot slot) {}

    void begin(ShardId id, Instant now, List<EnvironmentAction> actions) {
        if (inventory.isClosed() || shards.accepts(id)) {
            return;
        }
        var shard = shards.begin(id, now);
        tellAll(shard, now, actions);
        settleIfAnswered(shard, now, actions);
        if (shard.phase() == OwnedShard.Phase.BEGINNING) {
            actions.add(new EnvironmentAction.LookAtShard(id, PATIENCE));
        }
    }

    /// This member looks after it no more: what it has there is for whoever does.
    void end(ShardId id, List<EnvironmentAction> actions) {
        shards.end(id);
        forget(id, actions);
    }

    private void forget(ShardId id, List<EnvironmentAction> actions) {
        for (var function : inventory.of(id)) {
            function.waiting().takeAll().forEach(waiter -> actions.add(new EnvironmentAction.Move(waiter)));
        }
        inventory.forget(id, actions);
    }

    private void tellAll(OwnedShard shard, Instant now, List<EnvironmentAction> actions) {
        shards.reachable().forEach(worker -> tell(shard, worker, now, actions));
    }

    private void tell(OwnedShard shard, WorkerId worker, Instant now, List<EnvironmentAction> actions) {
        shard.told(worker, now);
        actions.add(new EnvironmentAction.TakeUp(worker, shard.id(), shard.epoch()));
    }

    /// A worker can be reached.
    ///
    /// @param anew whether its process is another, which has taken up nothing
    void reached(WorkerId worker, boolean anew, Instant now, List<EnvironmentAction> actions) {
        shards.reachable().add(worker);
        for (var shard : shards.all()) {
            shard.lost(worker, anew);
            if (shard.phase() != OwnedShard.Phase.LOST) {
                tell(shard, worker, now, actions);
            }
        }
    }

    void lost(WorkerId worker, Instant now, List<EnvironmentAction> actions) {
        shards.reachable().remove(worker);
        for (var shard : shards.all()) {
            shard.lost(worker, false);
            settleIfAnswered(shard, now, actions);
        }
    }

    /// A worker has taken a shard up with this member. What it says that it has counts once for each epoch: when it
    /// comes again it is older than what was heard since.
    void takenUp(
            WorkerId from,
            ShardId id,
            long epoch,
            List<Adoption> offered,
            Instant now,
            List<EnvironmentAction> actions) {
        var shard = shards.find(id);
        boolean counts = shard != null
                && shard.phase() != OwnedShard.Phase.LOST
                && shard.epoch() == epoch
                && shards.reachable().contains(from)
                && shard.answered(from);
        Set<FunctionEnvironments> touched = new LinkedHashSet<>();
        offered.stream()
                .sorted(Comparator.comparing((Adoption one) -> one.held().idle())
                        .reversed())
                .forEach(one -> {
                    if (counts && inventory.find(one.held().spec().id()) == null) {
                        touched.add(adopt(one, now, actions));
                    } else {
                        actions.add(new EnvironmentAction.GiveBack(one.slot()));
                    }
                });
        for (var function : touched) {
            function.stock().sort();
            assignments.serveWaiting(function, now, actions);
            if (function.isSuperseded() && function.waiting().isEmpty()) {
                inventory.supersede(function, actions);
            }
        }
        if (shard != null) {
            settleIfAnswered(shard, now, actions);
        }
    }

    /// Whether it is there for being ready, used or not. One under SnapStart is until its first invocation.
    static boolean isKept(HeldEnvironment held) {
        var spec = held.spec();
        return spec.isKept() || (spec.isSnapStart() && held.state().lastReservation() == 0);
    }

    private FunctionEnvironments adopt(Adoption one, Instant now, List<EnvironmentAction> actions) {
        var spec = one.held().spec();
        var reported = one.held().state();
        var function = inventory.obtain(spec.function(), spec.tenant(), actions);
        if (spec.isSnapStart()) {
            function.initializeAhead();
        }
        boolean provisioned = isKept(one.held());
        var environment =
                Environment.adopted(spec.id(), function, now, provisioned, reported.lastReservation(), one.slot());
        var numbers = reported.running().isEmpty() ? List.of(reported.lastReservation()) : reported.running();
        environment.adopt(
                switch (reported.phase()) {
                    case STARTING -> new EnvironmentState.Starting();
                    case IDLE -> new EnvironmentState.Idle(now.minus(one.held().idle()));
                    case BUSY -> environment.runs(numbers, now);
                    case ENDING -> new EnvironmentState.Retiring();
                });
        inventory.adopted(environment);
        tallies.adopted++;
        if (provisioned && reported.phase() != Phase.ENDING) {
            if (spec.isSnapStart()) {
                function.goal().wantAhead(now);
            } else {
                function.goal().inherit(function.stock().provisioned());
            }
        }
        return function;
    }

    /// A worker has taken a shard up with another member.
    ///
    /// @param epoch under which it has
    void superseded(ShardId id, long epoch, Instant now, List<EnvironmentAction> actions) {
        shards.heard(id, epoch);
        var shard = shards.find(id);
        if (shard == null || shard.phase() == OwnedShard.Phase.LOST || epoch < shard.epoch()) {
            return;
        }
        if (shards.isAlone() || shard.phase() == OwnedShard.Phase.BEGINNING) {
            if (!shards.isAlone()) {
                // The other may have used since what was taken up under the epoch before: workers tell it anew.
                inventory.letGo(id, actions);
            }
            shard.raise(shards.next(id));
            tellAll(shard, now, actions);
        } else {
            shard.enter(OwnedShard.Phase.LOST, now);
            forget(id, actions);
        }
    }

    /// A worker behaves as if it had taken a shard up with another member: it is asked.
    void confirm(ShardId id, WorkerId worker, Instant now, List<EnvironmentAction> actions) {
        var shard = shards.find(id);
        if (shard != null
                && shard.phase() == OwnedShard.Phase.SETTLED
                && shards.reachable().contains(worker)
                && shard.asks(worker, now, now.minus(CONFIRMATION))) {
            tell(shard, worker, now, actions);
        }
    }

    /// Time has passed since a shard began.
    void look(ShardId id, Instant now, List<EnvironmentAction> actions) {
        var shard = shards.find(id);
        if (shard != null) {
            settleIfAnswered(shard, now, actions);
        }
    }

    void sweep(Instant now, List<EnvironmentAction> actions) {
        for (var shard : shards.all()) {
            if (shard.phase() == OwnedShard.Phase.LOST) {
                if (!shard.since().plus(RESPITE).isAfter(now)) {
                    begin(shard.id(), now, actions);
                }
                continue;
            }
            List.copyOf(shard.unanswered().entrySet()).stream()
                    .filter(one -> !one.getValue().plus(REPEAT).isAfter(now))
                    .forEach(one -> tell(shard, one.getKey(), now, actions));
            settleIfAnswered(shard, now, actions);
        }
    }

    private void settleIfAnswered(OwnedShard shard, Instant now, List<EnvironmentAction> actions) {
        boolean over =
                shard.unanswered().isEmpty() || !shard.since().plus(PATIENCE).isAfter(now);
        if (shard.phase() != OwnedShard.Phase.BEGINNING || !over) {
            return;
        }
        shard.enter(OwnedShard.Phase.SETTLED, now);
        for (var function : inventory.of(shard.id())) {
            scaleOut.all(function, now, actions);
            provisioning.ask(function, now, actions);
        }
        actions.add(new EnvironmentAction.Settled(shard.id()));
    }
}
