package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// No order of steps, no crash and no clock makes a function lose its package, or leaves one that nobody needs.
class PackageSimulationTest {
    private static final long SEED = 20_261_129;
    private static final int ROUNDS = 400;

    /// A package that is in the bucket, unused and held no more, is removed by one server while another puts it again:
    /// each order of their steps, and each point at which one of them may die.
    @Test
    void losesNoPackageWhateverTheOrderOfPuttingAndRemoving() throws Exception {
        try (var world = new PackageWorld()) {
            int orders = inEachOrder(world, () -> {
                world.now(PackageWorld.deploy(world.transactions(), "first", 1));
                world.now(PackageWorld.delete(world.transactions(), "first"));
                world.passes(Duration.ofHours(2));
                world.begin("host1", PackageWorld.deploy(world.transactions(), "second", 1));
                world.begin("host2", (packages, _) -> packages.removeUnused());
            });

            assertThat(orders).as("orders that were tried").isGreaterThan(500);
        }
    }

    /// As before, when the package was never whole: a server died over putting it.
    @Test
    void losesNoPackageThatSomebodyElseHadBegunToPut() throws Exception {
        try (var world = new PackageWorld()) {
            int orders = inEachOrder(world, () -> {
                world.now((_, ledger) -> ledger.begin(PackageWorld.digest(1)));
                world.passes(Duration.ofHours(2));
                world.begin("host1", PackageWorld.deploy(world.transactions(), "second", 1));
                world.begin("host2", (packages, _) -> packages.removeUnused());
            });

            assertThat(orders).as("orders that were tried").isGreaterThan(500);
        }
    }

    /// A package whose only function is deleted while another server makes one of the same code.
    @Test
    void losesNoPackageWhoseLastUserGoesWhileTheNextOneComes() throws Exception {
        try (var world = new PackageWorld()) {
            inEachOrder(world, () -> {
                world.now(PackageWorld.deploy(world.transactions(), "first", 1));
                world.passes(Duration.ofHours(2));
                world.now((packages, _) -> packages.removeUnused());
                world.begin("host1", PackageWorld.deploy(world.transactions(), "second", 1));
                world.begin("host2", (packages, ledger) -> {
                    PackageWorld.delete(world.transactions(), "first").run(packages, ledger);
                    world.passes(Duration.ofHours(2));
                    packages.removeUnused();
                });
            });
        }
    }

    @Test
    void holdsAPackageForAnHourThatNothingRefersToYet() throws Exception {
        try (var world = new PackageWorld()) {
            world.now((packages, _) -> packages.put(PackageWorld.digest(1), PackageContent.of(PackageWorld.zip(1))));
            world.passes(PackageWorld.HOLD.minusSeconds(1));
            world.now((packages, _) -> packages.removeUnused());
            assertThat(world.keys()).hasSize(1);

            world.passes(Duration.ofSeconds(2));
            world.now((packages, _) -> packages.removeUnused());
            assertThat(world.keys()).isEmpty();
        }
    }

    private interface Beginning {
        void make() throws Exception;
    }

    /// Runs a beginning to its end in each order of steps, with one death at most.
    ///
    /// @return how many orders there are
    private static int inEachOrder(PackageWorld world, Beginning beginning) throws Exception {
        var path = new Path();
        int orders = 0;
        do {
            world.clear();
            beginning.make();
            path.restart();
            boolean mayDie = true;
            while (!world.isAtRest()) {
                mayDie &= !world.step(path, mayDie);
                world.check();
            }
            world.checkNothingIsLeft();
            orders++;
        } while (path.advance());
        return orders;
    }

    /// A way through a tree of choices, and the next one.
    private static final class Path implements PackageWorld.Choice {
        private final List<Integer> taken = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private int at;

        @Override
        public int of(int count) {
            if (at == taken.size()) {
                taken.add(0);
                counts.add(count);
            }
            return taken.get(at++);
        }

        void restart() {
            at = 0;
        }

        boolean advance() {
            while (!taken.isEmpty()) {
                int last = taken.size() - 1;
                if (taken.get(last) + 1 < counts.get(last)) {
                    taken.set(last, taken.get(last) + 1);
                    return true;
                }
                taken.remove(last);
                counts.remove(last);
            }
            return false;
        }
    }

    /// Three servers that deploy, delete, remove and sweep, die and come again, with a database whose clock jumps by an
    /// hour and a bucket that loses answers and takes requests late.
    @Test
    void losesNoPackageOverManyRoundsOfEverythingAtOnce() throws Exception {
        try (var world = new PackageWorld()) {
            for (int round = 0; round < ROUNDS; round++) {
                long seed = SEED + round;
                try {
                    run(world, new Random(seed));
                } catch (AssertionError e) {
                    throw new AssertionError("Seed " + seed, e);
                }
            }
        }
    }

    private static void run(PackageWorld world, Random random) throws Exception {
        world.clear();
        var choice = new Chance(random);
        for (int wave = 0; wave < 4; wave++) {
            for (int host = 1; host <= 3; host++) {
                world.begin("host" + host, act(world, random));
            }
            while (!world.isAtRest()) {
                world.step(choice, random.nextInt(12) == 0);
                world.check();
                if (random.nextInt(8) == 0) {
                    world.passes(Duration.ofMinutes(random.nextInt(150)));
                }
                if (random.nextInt(20) == 0) {
                    world.databaseClockIsSet(Duration.ofHours(random.nextBoolean() ? 1 : -1));
                }
            }
            world.passes(Duration.ofHours(random.nextInt(60)));
        }
        world.checkNothingIsLeft();
    }

    private static PackageWorld.Act act(PackageWorld world, Random random) {
        var function = "f" + random.nextInt(3);
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> PackageWorld.deploy(world.transactions(), function, random.nextInt(2));
            case 3 -> PackageWorld.delete(world.transactions(), function);
            case 4 -> (packages, _) -> packages.removeUnused();
            default ->
                (packages, _) -> {
                    packages.removeUnused();
                    packages.sweep();
                };
        };
    }

    private record Chance(Random random) implements PackageWorld.Choice {
        @Override
        public int of(int count) {
            return random.nextInt(count);
        }

        @Override
        public int fault(int ways) {
            return random.nextInt(10) == 0 ? 1 + random.nextInt(ways) : 0;
        }
    }
}
