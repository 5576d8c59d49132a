package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Yardstick;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/// `kill -9` at any moment: of the server, under load and in the middle of its start; of each of its children.
/// Every build has the same rounds; `-Dhearth.kills.seed=…` makes others, `-Dhearth.kills.rounds=200` makes them
/// more.
class KillRoundsTest {
    /// A line of the server's log that tells of something wrong, other than with a package that a client sent, or a
    /// source that a client named.
    static final Pattern TROUBLE = Pattern.compile("(?m)^\\S+ (WARN|ERROR) ++"
            + "(?!Packages: The package of \\S+ is refused: |Status: Event source mapping \\S+ of \\S+: ).*");

    /// Of a booted runtime, at most.
    private static final long DESCRIPTORS = 16;

    /// More booted runtimes than the demand of these rounds asks for.
    private static final int TOO_MANY = 6;

    private static final long SEED = 20_261_126;
    private static final int WRITERS = 4;
    private static final Duration LONGEST_START = Duration.ofMillis(1500);
    private static final Duration SETTLED = Yardstick.scaled(Duration.ofMillis(700));
    private static final Duration LONGEST_LOAD = Duration.ofMillis(1600);

    /// Two thirds of the rounds kill the server.
    private static final int ROUNDS = Integer.getInteger("hearth.kills.rounds", 21);

    private final long seed = Long.getLong("hearth.kills.seed", SEED);
    private final Random random = new Random(seed);
    private final Path data = TestServer.temporaryFolder();
    private final Traces traces = new Traces(data);
    private final DataFolder folder = new DataFolder(data);

    @BeforeEach
    void needsRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "Sandboxes with cgroups need root");
    }

    @Test
    void nothingIsLostAndNothingStaysOfAServerThatIsKilledAtAnyMoment() throws Exception {
        var functions = new WrittenFunctions();
        Map<String, Integer> idle;
        Set<String> sandboxes;
        try (var server = HearthProcess.start(data);
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.listFunctions();
            idle = settled(server);
            sandboxes = folder.sandboxes();
        }
        assertThat(traces.now()).isEmpty();
        int starting = 0;
        int rounds = ROUNDS * 2 / 3;
        for (int round = 0; round < rounds; round++) {
            try (var server = HearthProcess.launch(data)) {
                if (random.nextInt(4) == 0) {
                    starting++;
                    server.endsWithin(anyMomentOf(LONGEST_START));
                } else {
                    checkStart(server, functions, idle, sandboxes);
                    killUnderLoad(server, functions);
                }
                kill(server);
            }
            Await.until(() -> "its processes and links are gone: " + traces.now(), this::isDead);
        }
        try (var server = HearthProcess.start(data)) {
            checkStart(server, functions, idle, sandboxes);
        }
        assertThat(traces.now()).isEmpty();
        assertThat(functions.acknowledged()).isGreaterThan(rounds);
        System.out.printf(
                "KillRoundsTest seed %d: the server was killed %d times, %d of them in its start; %d writes were"
                        + " acknowledged, %d invocations answered%n",
                seed, rounds, starting, functions.acknowledged(), functions.invoked());
    }

    private Duration anyMomentOf(Duration longest) {
        return Duration.ofNanos((long) (random.nextDouble() * longest.toNanos()));
    }

    /// What a killed server may leave to the next is what has a name: cgroups without processes, and the firewall's
    /// table.
    private boolean isDead() {
        return Set.of("cgroup", "firewall").containsAll(traces.counts().keySet());
    }

    private void checkStart(
            HearthProcess server, WrittenFunctions functions, Map<String, Integer> idle, Set<String> sandboxes) {
        try (var lambda = Clients.lambda(server.endpoint())) {
            functions.verify(lambda);
            assertThat(server.output()).as("seed %d", seed).doesNotContainPattern(TROUBLE);
            Await.until(() -> "only what an idle server has: " + traces.now(), () -> isIdle(server, idle));
            Await.until(
                    () -> "no file that nobody refers to: " + folder.strays(functions.packages(), sandboxes),
                    () -> folder.strays(functions.packages(), sandboxes).isEmpty());
            functions.forgetReplaced();
            functions.any(random).ifPresent(name -> {
                lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
                assertThat(text(lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("42")))))
                        .isEqualTo("42");
            });
        }
    }

    private void killUnderLoad(HearthProcess server, WrittenFunctions functions) {
        try (var lambda = Clients.lambda(server.endpoint());
                var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                var choices = new Random(random.nextLong());
                writers.execute(() -> functions.writeUntilKilled(lambda, number, choices));
            }
            assertThat(server.endsWithin(anyMomentOf(LONGEST_LOAD)))
                    .as("ended by itself, seed %d: %s", seed, server.output())
                    .isFalse();
            functions.expectKill();
            kill(server);
        }
    }

    /// Nothing that it has started outlives it for long, be it of a sandbox or a tool.
    private static void kill(HearthProcess server) {
        var started = ProcessHandle.of(server.pid())
                .map(ProcessHandle::descendants)
                .orElse(Stream.of())
                .toList();
        server.kill();
        Await.until(() -> "no process outlives it: " + started, () -> started.stream()
                .allMatch(process -> !process.isAlive() || isDead(process)));
    }

    /// Which child of the server is killed, and when.
    private enum Victim {
        /// Pid 1 of a sandbox that has nothing to do.
        IDLE_INIT,
        IDLE_RUNTIME,
        FROZEN_INIT,
        FROZEN_RUNTIME,
        BUSY_INIT,
        BUSY_RUNTIME,
        /// Whatever comes first while an environment starts: launcher, pid 1, or runtime.
        STARTING
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "256"})
    void theServerGoesOnWhicheverOfItsChildrenIsKilled(String poolMemory) throws Exception {
        int failed = 0;
        int rounds = (ROUNDS - ROUNDS * 2 / 3) / 2;
        try (var server = HearthProcess.start(data, "--pool-memory", poolMemory)) {
            var idle = settled(server);
            var descriptors = new Descriptors(server.pid());
            round(server, "first", Victim.IDLE_RUNTIME);
            Await.until(() -> "it is idle: " + traces.now(), () -> isIdle(server, idle));
            long open = descriptors.settled();
            int pool = traces.pool(server).size();
            for (int round = 0; round < rounds; round++) {
                var victim = Victim.values()[random.nextInt(Victim.values().length)];
                var answer = round(server, "f" + round, victim);
                failed += answer.functionError() == null ? 0 : 1;
                Await.until(
                        () -> "nothing is left of %s, seed %d: %s".formatted(victim, seed, traces.now()),
                        () -> isIdle(server, idle));
                Await.until(
                        () -> "descriptors are closed after %s, seed %d: %d are open, were %d"
                                .formatted(victim, seed, descriptors.open(), open),
                        () -> descriptors.open()
                                <= open + DESCRIPTORS * (traces.pool(server).size() - pool));
            }
            // Of its killed children it warns.
            assertThat(server.output()).as("seed %d", seed).doesNotContain(" ERROR ");
        }
        assertThat(traces.now()).isEmpty();
        System.out.printf(
                "KillRoundsTest seed %d, --pool-memory %s: children were killed %d times, which %d callers were told%n",
                seed, poolMemory, rounds, failed);
    }

    private InvokeResponse round(HearthProcess server, String name, Victim victim) throws Exception {
        try (var lambda = Clients.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName(name)
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .timeout(60)
                    .code(c -> c.zipFile(SLEEPER)));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
            var answer = kill(server, lambda, name, victim);
            assertThat(invoke(lambda, name, "0").functionError())
                    .as("after %s, seed %d", victim, seed)
                    .isNull();
            lambda.deleteFunction(r -> r.functionName(name));
            return answer;
        }
    }

    private boolean isIdle(HearthProcess server, Map<String, Integer> idle) {
        return traces.pool(server).size() < TOO_MANY
                && traces.countsWithoutPool(server).equals(idle);
    }

    /// What an idle server has, once it has made what it makes ahead.
    private Map<String, Integer> settled(HearthProcess server) {
        var last = new AtomicReference<Map<String, Integer>>(Map.of());
        var since = new AtomicLong(System.nanoTime());
        Await.until("it makes nothing more", () -> {
            var now = traces.countsWithoutPool(server);
            if (!now.equals(last.getAndSet(now))) {
                since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > SETTLED.toNanos();
        });
        return last.get();
    }

    private static final SdkBytes SLEEPER =
            Zips.of("app.py", "import time\ndef handler(event, context):\n    time.sleep(event)\n    return event\n");

    /// Kills it, and returns what the invocation that ran or came next was answered.
    private InvokeResponse kill(HearthProcess server, LambdaClient lambda, String name, Victim victim)
            throws Exception {
        return switch (victim) {
            case IDLE_INIT, IDLE_RUNTIME, FROZEN_INIT, FROZEN_RUNTIME -> {
                assertThat(invoke(lambda, name, "0").functionError()).isNull();
                if (victim == Victim.FROZEN_INIT || victim == Victim.FROZEN_RUNTIME) {
                    Await.until("it is frozen", () -> traces.cgroups().stream().anyMatch(KillRoundsTest::isFrozen));
                }
                killOne(server, victim == Victim.IDLE_INIT || victim == Victim.FROZEN_INIT);
                yield checked(invoke(lambda, name, "0"), "0");
            }
            case BUSY_INIT, BUSY_RUNTIME -> {
                assertThat(invoke(lambda, name, "0").functionError()).isNull();
                var first = meanwhile(lambda, name, "0.3", () -> {
                    pause(Duration.ofMillis(400));
                    return killOne(server, victim == Victim.BUSY_INIT);
                });
                // It may have been answered before, and its environment frozen since.
                yield first.functionError() == null ? checked(invoke(lambda, name, "0"), "0") : first;
            }
            case STARTING -> {
                var first = meanwhile(lambda, name, "0", () -> {
                    Await.until(
                            "something has started", () -> !descendants(server).isEmpty());
                    pause(Duration.ofMillis(80));
                    var all = descendants(server);
                    return all.isEmpty() || all.get(random.nextInt(all.size())).destroyForcibly();
                });
                // The first may have been answered before.
                var second = checked(invoke(lambda, name, "0"), "0");
                yield first.functionError() == null ? second : first;
            }
        };
    }

    /// What an invocation was answered while something else was done.
    private InvokeResponse meanwhile(LambdaClient lambda, String name, String event, Callable<Boolean> action)
            throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = threads.submit(() -> invoke(lambda, name, event));
            action.call();
            return checked(answer.get(2, TimeUnit.MINUTES), event);
        }
    }

    /// A caller reads the answer, or AWS's error for a runtime that was killed.
    private static InvokeResponse checked(InvokeResponse answer, String expected) {
        if (answer.functionError() == null) {
            assertThat(text(answer)).isEqualTo(expected);
        } else {
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(text(answer)).contains("\"errorType\":\"Runtime.ExitError\"", "signal: killed");
        }
        return answer;
    }

    /// Any moment within this time.
    private void pause(Duration longest) {
        LockSupport.parkNanos(anyMomentOf(longest).toNanos());
    }

    /// Kills pid 1 of a sandbox, or the runtime that it looks after, and waits for its end.
    private boolean killOne(HearthProcess server, boolean init) {
        var inits = handle(server).children().toList();
        var victims =
                init ? inits : inits.stream().flatMap(ProcessHandle::children).toList();
        assertThat(victims).isNotEmpty();
        var victim = victims.get(random.nextInt(victims.size()));
        victim.destroyForcibly();
        Await.until("it is dead", () -> isDead(victim));
        return true;
    }

    /// Also one that nobody has asked for its end: pid 1 of a frozen sandbox cannot.
    private static boolean isDead(ProcessHandle process) {
        var stat = Traces.read(Path.of("/proc", Long.toString(process.pid()), "stat"));
        return stat.isEmpty() || stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
    }

    private static List<ProcessHandle> descendants(HearthProcess server) {
        return handle(server).descendants().toList();
    }

    private static ProcessHandle handle(HearthProcess server) {
        return ProcessHandle.of(server.pid()).orElseThrow();
    }

    private static boolean isFrozen(Path cgroup) {
        return Traces.read(cgroup.resolve("cgroup.events")).contains("frozen 1");
    }

    private static InvokeResponse invoke(LambdaClient lambda, String name, String event) {
        return lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String(event)));
    }

    private static String text(InvokeResponse answer) {
        return answer.payload().asUtf8String();
    }
}
