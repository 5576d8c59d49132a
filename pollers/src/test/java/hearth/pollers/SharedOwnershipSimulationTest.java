package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.SourceLease;
import hearth.cluster.SourceLeases;
import hearth.cluster.StoreUnavailableException;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Servers that share mappings out while they crash, stand still, are cut off from their database, lose its answers,
/// and have clocks that go too fast or too slowly, all by one seed.
class SharedOwnershipSimulationTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long TICK = SECOND / 2;
    private static final long CALM = 10 * SECOND;

    static List<Integer> seeds() {
        return IntStream.range(0, Integer.getInteger("hearth.sources.seeds", 100))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverHasTwoPollOneMappingAndHasAllPolledAgainWithinTenSeconds(int seed) {
        var world = new World(new Random(seed), seed);

        for (int round = 0; round < 4; round++) {
            world.run(30 * SECOND, true);
            world.calm();
            world.run(CALM, false);
            assertThat(world.unpolled()).as("what nobody polls, seed %d", seed).isEmpty();
            world.run(CALM, false);
            assertThat(world.most())
                    .as("the most that a server has, seed %d", seed)
                    .isLessThanOrEqualTo(world.share());
        }
    }

    private static EventSourceMappingId mapping(int number) {
        return new EventSourceMappingId(
                new AccountId("123456789012"), new Region("eu-north-1"), "%03d".formatted(number));
    }

    /// What the servers share, with the time of the database.
    private static final class World {
        private final Random random;
        private final int seed;

        /// When the time of a server is over, by its name.
        private final Map<String, Long> pollers = new TreeMap<>();

        private final Set<String> resting = new HashSet<>();
        private final Set<String> names = new HashSet<>();
        private final Map<EventSourceMappingId, SourceLease> leases = new HashMap<>();

        /// Every owner that an epoch of a mapping ever had.
        private final Map<String, String> ownersOfEpochs = new HashMap<>();

        private final List<Node> nodes = new ArrayList<>();
        private final Set<EventSourceMappingId> enabled = new HashSet<>();
        private long now;

        World(Random random, int seed) {
            this.random = random;
            this.seed = seed;
            int count = 1 + random.nextInt(12);
            IntStream.range(0, count).forEach(number -> enabled.add(mapping(number)));
            int servers = 1 + random.nextInt(4);
            IntStream.range(0, servers).forEach(number -> nodes.add(new Node(this, number)));
        }

        void run(long time, boolean faults) {
            long until = now + time;
            while (now < until) {
                now += random.nextLong(TICK / 4);
                if (faults && random.nextInt(25) == 0) {
                    fault();
                }
                for (var node : nodes) {
                    node.tick();
                    checkThatEachIsPolledOnce();
                }
            }
        }

        private void fault() {
            var node = nodes.get(random.nextInt(nodes.size()));
            switch (random.nextInt(7)) {
                case 0 -> node.crash();
                case 1 -> node.stillUntil = now + random.nextLong(12 * SECOND);
                case 2 -> node.cutOffUntil = now + random.nextLong(12 * SECOND);
                case 3 -> node.losesAnswers = !node.losesAnswers;
                case 4 -> node.rests = !node.rests;
                case 5 -> nodes.forEach(each -> each.cutOffUntil = now + random.nextLong(9 * SECOND));
                default -> {
                    var one = mapping(random.nextInt(12));
                    if (!enabled.remove(one)) {
                        enabled.add(one);
                    }
                }
            }
        }

        /// One server at least is there from now on, and nothing stands in anybody's way.
        void calm() {
            for (var node : nodes) {
                node.stillUntil = now;
                node.cutOffUntil = now;
                node.losesAnswers = false;
            }
            nodes.getFirst().rests = false;
        }

        private void checkThatEachIsPolledOnce() {
            for (var mapping : enabled) {
                var holders =
                        nodes.stream().filter(node -> node.wouldRun(mapping)).toList();
                assertThat(holders)
                        .as("who would run a batch of %s, seed %d at %d", mapping.uuid(), seed, now)
                        .hasSizeLessThan(2);
            }
        }

        Set<String> unpolled() {
            var polled = nodes.stream()
                    .flatMap(node -> node.polled.stream().filter(node::wouldRun))
                    .collect(Collectors.toSet());
            return enabled.stream()
                    .filter(mapping -> !polled.contains(mapping))
                    .map(EventSourceMappingId::uuid)
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        int most() {
            return nodes.stream().mapToInt(node -> node.polled.size()).max().orElse(0);
        }

        /// An equal one, rounded up.
        int share() {
            int there = (int) nodes.stream().filter(node -> !node.rests).count();
            return Math.ceilDiv(enabled.size(), there);
        }

        private void granted(SourceLease lease) {
            var before = ownersOfEpochs.put(lease.mapping().uuid() + " " + lease.epoch(), lease.owner());
            assertThat(before)
                    .as("another owner of the same epoch, seed %d", seed)
                    .isNull();
        }
    }

    /// A server, and its way to the database.
    private static final class Node implements SourceLeases {
        private final World world;
        private final double pace;
        private SharedOwnership ownership;
        private Set<EventSourceMappingId> polled = Set.of();

        /// What it ends its work on, and when that has ended.
        private final Map<EventSourceMappingId, Long> ending = new HashMap<>();

        private long stillUntil;
        private long cutOffUntil;
        private boolean losesAnswers;
        private boolean rests;
        private final int number;
        private int life;

        Node(World world, int number) {
            this.world = world;
            this.number = number;
            // Far worse than the clock of any host.
            this.pace = 0.95 + world.random.nextDouble() * 0.1;
            this.ownership = begin();
        }

        private SharedOwnership begin() {
            return new SharedOwnership(this, this::newName, () -> (long) (world.now * pace));
        }

        private String newName() {
            var name = "%d-%d".formatted(number, ++life);
            assertThat(world.names.add(name)).isTrue();
            return name;
        }

        void crash() {
            ownership = begin();
            polled = Set.of();
            ending.clear();
            stillUntil = world.now + world.random.nextLong(4 * SECOND);
        }

        boolean wouldRun(EventSourceMappingId mapping) {
            return stillUntil <= world.now && ownership.isHeld(mapping);
        }

        /// As `Pollers` looks.
        void tick() {
            if (stillUntil > world.now) {
                return;
            }
            ending.values().removeIf(end -> end <= world.now);
            try {
                ownership.renew(rests);
                var busy = new HashSet<>(polled);
                busy.addAll(ending.keySet());
                var own = ownership.share(Set.copyOf(world.enabled), busy);
                polled.stream().filter(mapping -> !own.contains(mapping)).forEach(this::end);
                polled = own.stream()
                        .filter(mapping -> !ending.containsKey(mapping))
                        .collect(Collectors.toSet());
            } catch (StoreUnavailableException e) {
                polled.stream().filter(mapping -> !ownership.isHeld(mapping)).forEach(this::end);
                polled = polled.stream().filter(ownership::isHeld).collect(Collectors.toSet());
            }
        }

        private void end(EventSourceMappingId mapping) {
            ending.put(mapping, world.now + world.random.nextLong(SECOND));
        }

        private void reach() {
            if (cutOffUntil > world.now) {
                throw failure();
            }
        }

        private <T> T answer(T result) {
            if (losesAnswers && world.random.nextInt(4) == 0) {
                throw failure();
            }
            return result;
        }

        private static StoreUnavailableException failure() {
            return new StoreUnavailableException("as in the test");
        }

        @Override
        public void join(String owner, Duration term) {
            reach();
            world.pollers.put(owner, world.now + term.toNanos());
            var _ = answer(true);
        }

        @Override
        public List<Server> renew(String owner, boolean rests, Duration term) {
            reach();
            if (world.pollers.computeIfPresent(owner, (_, _) -> world.now + term.toNanos()) != null) {
                var _ = rests ? world.resting.add(owner) : world.resting.remove(owner);
            }
            return answer(world.pollers.entrySet().stream()
                    .map(each -> new Server(
                            each.getKey(), world.resting.contains(each.getKey()), each.getValue() < world.now))
                    .toList());
        }

        @Override
        public void bury(Collection<String> owners) {
            reach();
            owners.forEach(owner -> world.pollers.computeIfPresent(owner, (_, end) -> end < world.now ? null : end));
            var _ = answer(true);
        }

        @Override
        public List<SourceLease> all() {
            reach();
            return answer(world.leases.values().stream()
                    .map(lease -> world.pollers.containsKey(lease.owner())
                            ? lease
                            : new SourceLease(lease.mapping(), "", lease.epoch()))
                    .toList());
        }

        @Override
        public List<SourceLease> take(String owner, Collection<EventSourceMappingId> mappings, int most) {
            reach();
            var taken = new ArrayList<SourceLease>();
            for (var mapping : mappings) {
                var before = world.leases.getOrDefault(mapping, new SourceLease(mapping, "", 0));
                if (taken.size() < most
                        && world.pollers.containsKey(owner)
                        && !world.pollers.containsKey(before.owner())) {
                    var lease = new SourceLease(mapping, owner, before.epoch() + 1);
                    world.granted(lease);
                    world.leases.put(mapping, lease);
                    taken.add(lease);
                }
            }
            return answer(taken);
        }

        @Override
        public void release(Collection<SourceLease> leases) {
            reach();
            leases.forEach(lease -> world.leases.computeIfPresent(
                    lease.mapping(),
                    (mapping, now) -> now.equals(lease) ? new SourceLease(mapping, "", now.epoch()) : now));
            var _ = answer(true);
        }

        @Override
        public void leave(String owner) {
            reach();
            world.pollers.remove(owner);
            var _ = answer(true);
        }

        @Override
        public void onChange(Runnable listener) {
            throw new IllegalStateException("nobody asks for it here");
        }
    }
}
