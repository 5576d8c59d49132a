package hearth.pollers.streams;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.ShardCheckpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams that are split and merged, functions that fail, lanes that overtake each other, and servers that crash
/// at any step, all by one seed.
class ShardSimulationTest {
    private static final int RECORDS = 60;
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "e");

    static List<Integer> seeds() {
        var seeds = new ArrayList<Integer>();
        for (int i = 0; i < Integer.getInteger("hearth.streams.seeds", 300); i++) {
            seeds.add(i);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void runsOnEveryRecordInTheOrderOfItsKeyWhateverHappens(int seed) {
        var world = new World(new Random(seed));

        world.run();

        assertThat(world.lost())
                .as("records that nothing was done with, seed %d", seed)
                .isEmpty();
    }

    private static final class World {
        private final Random random;
        private final StreamRules rules;
        private final List<Shard> shards;
        private final Map<String, List<TestRecord>> records = new TreeMap<>();
        private final Set<String> poison = new HashSet<>();

        /// What survives a crash.
        private final Map<String, ShardCheckpoint> kept = new HashMap<>();

        private final Set<String> passed = new HashSet<>();
        private final Set<String> givenUp = new HashSet<>();

        /// Of the process that runs.
        private final Map<String, ShardWork> open = new HashMap<>();

        private final Map<String, Integer> position = new HashMap<>();

        /// Batches that run, by shard and lane.
        private final Map<String, Batch> running = new TreeMap<>();

        private long now = 1_000_000;

        World(Random random) {
            this.random = random;
            boolean tumbles = random.nextInt(4) == 0;
            this.rules = new StreamRules(
                    1 + random.nextInt(6),
                    Duration.ofMillis(random.nextInt(3) * 100L),
                    tumbles ? 1 : 1 + random.nextInt(4),
                    Optional.empty(),
                    random.nextBoolean() ? Optional.empty() : Optional.of(random.nextInt(3)),
                    random.nextBoolean(),
                    true,
                    tumbles ? Duration.ofSeconds(5) : Duration.ZERO,
                    "");
            this.shards = List.of(
                    new Shard("1", List.of(), "", false),
                    new Shard("2", List.of("1"), "", false),
                    new Shard("3", List.of("1"), "", false),
                    new Shard("4", List.of("2", "3"), "", false));
            for (int number = 1; number <= RECORDS; number++) {
                var key = KEYS.get(random.nextInt(KEYS.size()));
                var shard = number <= RECORDS / 3
                        ? "1"
                        : number > 2 * RECORDS / 3 ? "4" : key.compareTo("c") < 0 ? "2" : "3";
                records.computeIfAbsent(shard, _ -> new ArrayList<>())
                        .add(TestRecord.of(number, key, 1_000_000 + number * 200L));
                if (rules.retries().isPresent() && random.nextInt(15) == 0) {
                    poison.add(Integer.toString(number));
                }
            }
        }

        void run() {
            for (int step = 0; step < 20_000 && !isDone(); step++) {
                now += random.nextInt(200);
                switch (random.nextInt(20)) {
                    case 0 -> {
                        if (random.nextInt(6) == 0) {
                            crash();
                        }
                    }
                    case 1, 2, 3, 4, 5 -> read();
                    case 6, 7, 8, 9, 10, 11, 12 -> begin();
                    default -> end();
                }
            }
            assertThat(isDone()).as("it comes to an end").isTrue();
        }

        private boolean isDone() {
            return shards.stream().allMatch(shard -> isFinished(shard.id()));
        }

        private boolean isFinished(String shard) {
            var checkpoint = kept.get(shard);
            return checkpoint != null && checkpoint.finished();
        }

        private void crash() {
            open.clear();
            position.clear();
            running.clear();
        }

        private void read() {
            var finished = new HashSet<String>();
            shards.forEach(shard -> {
                if (isFinished(shard.id())) {
                    finished.add(shard.id());
                }
            });
            for (var shard : ShardTree.readable(shards, finished)) {
                read(shard.id());
            }
        }

        private void read(String shard) {
            var from = kept.getOrDefault(shard, ShardCheckpoint.beginning(shard));
            var work = open.computeIfAbsent(shard, _ -> new ShardWork(rules, _ -> true, from));
            var all = records.getOrDefault(shard, List.of());
            int at = position.computeIfAbsent(shard, _ -> (int) all.stream()
                    .filter(record -> !from.after().isEmpty() && record.number() <= Integer.parseInt(from.after()))
                    .count());
            int count = Math.min(Math.min(work.room(), all.size() - at), random.nextInt(8));
            work.add(List.copyOf(all.subList(at, at + count)), now, 0);
            position.put(shard, at + count);
            if (at + count == all.size() && random.nextInt(3) == 0) {
                work.end();
                keep(shard, work);
            }
        }

        private void begin() {
            new TreeMap<>(open).forEach((shard, work) -> {
                if (!work.equals(open.get(shard))) {
                    // The process has crashed meanwhile.
                    return;
                }
                int lane = random.nextInt(rules.lanes());
                var id = shard + "/" + lane;
                if (running.containsKey(id)) {
                    return;
                }
                switch (work.next(lane, now)) {
                    case Step.Wait(var until) -> {
                        if (until != Long.MAX_VALUE && random.nextInt(3) == 0) {
                            now = Math.max(now, until);
                        }
                    }
                    case Step.Tell(var batch) -> {
                        batch.contents().forEach(record -> givenUp.add(record.sequenceNumber()));
                        work.told(lane);
                        keep(shard, work);
                    }
                    case Step.Run(var batch) -> {
                        running.put(id, batch);
                        batch.contents().forEach(this::inOrder);
                    }
                }
            });
        }

        /// All that came before of the same key passed, or was given up.
        private void inOrder(StreamRecord record) {
            int number = Integer.parseInt(record.sequenceNumber());
            records.values()
                    .forEach(of -> of.forEach(other -> {
                        if (other.key().equals(record.key()) && other.number() < number) {
                            assertThat(isDealtWith(other) || isInTheSameBatch(other, record))
                                    .as("%s before %s", other, record)
                                    .isTrue();
                        }
                    }));
        }

        private boolean isDealtWith(TestRecord record) {
            return passed.contains(record.sequenceNumber()) || givenUp.contains(record.sequenceNumber());
        }

        private boolean isInTheSameBatch(StreamRecord one, StreamRecord other) {
            return running.values().stream()
                    .anyMatch(batch ->
                            batch.contents().contains(one) && batch.contents().contains(other));
        }

        private void end() {
            if (running.isEmpty()) {
                return;
            }
            var ids = List.copyOf(running.keySet());
            var id = ids.get(random.nextInt(ids.size()));
            var batch = running.remove(id);
            var shard = id.substring(0, id.indexOf('/'));
            int lane = Integer.parseInt(id.substring(id.indexOf('/') + 1));
            var work = Objects.requireNonNull(open.get(shard));
            var contents = batch.contents();
            var ran = ran(contents);
            int done =
                    switch (ran) {
                        case Ran.Passed _ -> contents.size();
                        case Ran.Failed(var from, var _) -> from;
                        case Ran.NotRun(), Ran.Unfit() -> 0;
                    };
            contents.subList(0, done).forEach(record -> passed.add(record.sequenceNumber()));
            work.ran(lane, ran, now);
            // The server may be killed before that.
            keep(shard, work);
        }

        private Ran ran(List<StreamRecord> contents) {
            for (int i = 0; i < contents.size(); i++) {
                if (poison.contains(contents.get(i).sequenceNumber())) {
                    return new Ran.Failed(random.nextBoolean() ? i : 0, Optional.of("1"));
                }
            }
            return switch (random.nextInt(8)) {
                case 0 -> new Ran.NotRun();
                case 1 ->
                    rules.retries().isEmpty() && !contents.isEmpty()
                            ? new Ran.Failed(random.nextInt(contents.size()), Optional.of("1"))
                            : new Ran.NotRun();
                default -> new Ran.Passed(Optional.of("1"));
            };
        }

        private void keep(String shard, ShardWork work) {
            var checkpoint = work.checkpoint();
            var before = kept.get(shard);
            if (before != null && !before.after().isEmpty()) {
                assertThat(Integer.parseInt(checkpoint.after()))
                        .isGreaterThanOrEqualTo(Integer.parseInt(before.after()));
            }
            if (!checkpoint.after().isEmpty()) {
                int after = Integer.parseInt(checkpoint.after());
                records.getOrDefault(shard, List.of()).stream()
                        .filter(record -> record.number() <= after)
                        .forEach(record -> assertThat(isDealtWith(record))
                                .as("%s, which the checkpoint is behind", record)
                                .isTrue());
            }
            if (random.nextInt(5) == 0) {
                crash();
            } else {
                kept.put(shard, checkpoint);
            }
        }

        List<TestRecord> lost() {
            return records.values().stream()
                    .flatMap(List::stream)
                    .filter(record -> !isDealtWith(record))
                    .toList();
        }
    }
}
