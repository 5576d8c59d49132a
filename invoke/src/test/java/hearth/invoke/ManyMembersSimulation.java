package hearth.invoke;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.model.worker.Invocation;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/// Several members that share workers, all drawn from one seed. Shards are handed over and taken over from members that
/// died or were cut off, two members believe to own the same, messages between members are lost, doubled and late,
/// connections to workers are lost, workers and members are killed and started again. Its rules:
///
/// - an environment is never given away while an invocation runs in it, and runs one function alone;
/// - each invocation gets one outcome soon, and none runs twice after it had begun to run;
/// - once all is well again and nobody invokes any more, nothing is held, and each environment is known to one member.
final class ManyMembersSimulation {
    private static final Duration BUSY = Duration.ofSeconds(40);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /// How long it takes until the others have given a member up.
    private static final Duration TAKEN_FOR_DEAD = Duration.ofSeconds(4);

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final LossyLinks connections;
    private final LossyLinks cluster;
    private final Callers callers;
    private final List<SimulatedMember> members = new ArrayList<>();
    private final List<Host> hosts = new ArrayList<>();

    /// Who owns each shard, as the cluster has decided; a shard may be on its way and owned by nobody.
    private final Map<ShardId, SimulatedMember> owners = new HashMap<>();

    /// Those that have no way to the other members.
    private final Set<SimulatedMember> cutOff = new HashSet<>();

    ManyMembersSimulation(long seed) {
        random = new Random(seed);
        connections = new LossyLinks(time, random, 0);
        cluster = new LossyLinks(time, random, 8);
        callers = new Callers(clock, random, LONGEST);
        for (int i = 0; i < 3; i++) {
            hosts.add(new Host("worker-" + i, "zone-" + i % 2, 3 + random.nextInt(4)));
        }
        for (int i = 0; i < 3; i++) {
            start("member-" + i);
        }
        shards().forEach(shard -> give(shard, any()));
    }

    private static Set<ShardId> shards() {
        return Callers.functions().stream()
                .map(name -> ShardId.of(Functions.id(name)))
                .collect(Collectors.toSet());
    }

    /// A host with a worker, which comes and goes.
    private final class Host {
        private final String zone;
        private final int slots;
        private DistantWorker worker;

        Host(String id, String zone, int slots) {
            this.zone = zone;
            this.slots = slots;
            worker = process(id);
        }

        private DistantWorker process(String id) {
            return new DistantWorker(id, slots, time, random, ManyMembersSimulation.this::ran);
        }

        private WorkerId id() {
            return worker.worker();
        }

        void restart() {
            worker.cutOff();
            live().forEach(member -> member.disconnect(id()));
            worker = process(id().value());
            var started = worker;
            live().forEach(member -> time.after(millis(3_000), () -> {
                if (!member.isDead() && worker == started) {
                    member.connect(started, zone, true);
                }
            }));
        }

        void loseConnection(SimulatedMember member) {
            if (!member.isConnected(id())) {
                return;
            }
            member.disconnect(id());
            var lost = worker;
            time.after(millis(random.nextBoolean() ? 500 : 20_000), () -> {
                if (!member.isDead() && worker == lost && !member.isConnected(id())) {
                    member.connect(lost, zone, false);
                }
            });
        }
    }

    private void start(String name) {
        var member = new SimulatedMember(new MemberId(name), time, clock, random, connections, Network::new);
        members.add(member);
        hosts.forEach(host -> member.connect(host.worker, host.zone, true));
    }

    private List<SimulatedMember> live() {
        return members.stream().filter(member -> !member.isDead()).toList();
    }

    /// What carries messages for one member.
    private final class Network implements ShardTransport {
        private final SimulatedMember self;

        Network(SimulatedMember self) {
            this.self = self;
        }

        @Override
        public void toShard(ShardRequest request) {
            cluster.carry(() -> {
                // As sharding does: a member that is cut off knows of its own shards alone.
                var owner = owners.get(request.shard());
                if (cutOff.contains(self)) {
                    owner = self;
                }
                if (owner != null && reaches(self, owner)) {
                    owner.shards().received(request);
                }
            });
        }

        @Override
        public void toMember(MemberId member, ShardAnswer answer) {
            cluster.carry(() -> live().stream()
                    .filter(one -> one.id().equals(member) && reaches(self, one))
                    .forEach(one -> one.shards().received(answer)));
        }
    }

    private boolean reaches(SimulatedMember from, SimulatedMember to) {
        return !from.isDead() && !to.isDead() && (from == to || (!cutOff.contains(from) && !cutOff.contains(to)));
    }

    private SimulatedMember any() {
        var candidates =
                live().stream().filter(member -> !cutOff.contains(member)).toList();
        return candidates.get(random.nextInt(candidates.size()));
    }

    private void give(ShardId shard, SimulatedMember member) {
        if (member.isDead() || cutOff.contains(member)) {
            give(shard, any());
            return;
        }
        owners.put(shard, member);
        member.shards().begin(shard);
        tellMembers();
    }

    private void tellMembers() {
        var up = live().stream()
                .filter(member -> !cutOff.contains(member))
                .map(SimulatedMember::id)
                .collect(Collectors.toSet());
        live().stream().filter(member -> !cutOff.contains(member)).forEach(member -> member.shards()
                .membersChanged(up));
    }

    private void handOver(ShardId shard) {
        var before = owners.remove(shard);
        if (before != null) {
            before.shards().end(shard);
            var next = any();
            time.after(millis(1_000), () -> give(shard, next));
        }
    }

    private void takeOver(SimulatedMember from) {
        time.after(TAKEN_FOR_DEAD, () -> shards().forEach(shard -> {
            if (owners.get(shard) == from) {
                give(shard, any());
            }
        }));
    }

    private void kill(SimulatedMember member) {
        member.die();
        callers.forget(member.frontend());
        takeOver(member);
        time.after(millis(12_000), () -> start(member.id().value()));
    }

    /// For a while it and whoever takes its shards over both believe to own them.
    private void cutOff(SimulatedMember member) {
        cutOff.add(member);
        takeOver(member);
        time.after(TAKEN_FOR_DEAD.plus(millis(8_000)), () -> {
            if (!member.isDead()) {
                shards().stream().filter(shard -> owners.get(shard) != member).forEach(member.shards()::end);
            }
            cutOff.remove(member);
            tellMembers();
        });
    }

    private void somethingHappens() {
        if (clock.nanos() > BUSY.toNanos()) {
            return;
        }
        var shards = List.copyOf(shards());
        switch (random.nextInt(7)) {
            case 0, 1, 2 -> handOver(shards.get(random.nextInt(shards.size())));
            case 3 -> hosts.get(random.nextInt(hosts.size())).restart();
            case 4 -> hosts.get(random.nextInt(hosts.size())).loseConnection(any());
            case 5 -> {
                if (live().size() == 3 && cutOff.isEmpty()) {
                    kill(any());
                }
            }
            default -> {
                if (live().size() == 3 && cutOff.isEmpty()) {
                    cutOff(any());
                }
            }
        }
        time.after(millis(4_000), this::somethingHappens);
    }

    private Duration millis(int most) {
        return Duration.ofMillis(1 + random.nextInt(most));
    }

    /// Lets callers invoke for a while, then waits until all is quiet.
    ///
    /// @return how often each kind of outcome was had
    Map<String, Integer> run() {
        invokeAgain();
        time.after(millis(4_000), this::somethingHappens);
        time.run(BUSY.plus(LONGEST), this::checkLimits);
        callers.check();
        live().forEach(this::checkQuiet);
        for (var host : hosts) {
            int known = live().stream()
                    .mapToInt(member -> member.placement().promised(host.id()).environments())
                    .sum();
            Callers.check(
                    known == host.worker.environments(),
                    host.worker.environments() + " environments on " + host.id() + ", of which " + known
                            + " are known");
        }
        live().forEach(member -> member.manager().close());
        time.run(Duration.ofMinutes(2), this::checkLimits);
        for (var host : hosts) {
            Callers.check(host.worker.environments() == 0, "Environments are left on " + host.id());
            live().forEach(member -> Callers.check(
                    member.placement().promised(host.id()).environments() == 0, "Room is still promised"));
        }
        return callers.outcomes();
    }

    private void checkQuiet(SimulatedMember member) {
        Callers.check(
                member.counting().running(Functions.ACCOUNT, Functions.REGION) == 0, "Something is still counted");
        Callers.check(member.frontend().running() == 0, "A frontend still runs something");
        Callers.check(member.shards().unanswered() == 0, "A request is not answered");
        var left = member.manager().counts();
        Callers.check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
    }

    private void invokeAgain() {
        if (clock.nanos() < BUSY.toNanos()) {
            var live = live();
            callers.invoke(live.get(random.nextInt(live.size())).frontend());
            time.after(Duration.ofMillis(random.nextInt(100)), this::invokeAgain);
        }
    }

    private void ran(Invocation invocation) {
        Callers.check(callers.ran(invocation) == 1, invocation.requestId() + " runs twice");
    }

    private void checkLimits() {
        for (var host : hosts) {
            Callers.check(host.worker.environments() <= host.slots, "More environments than slots");
        }
    }
}
