package hearth.conformance.hostile;

import static hearth.conformance.hostile.Attack.harmless;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.conformance.Zips;
import hearth.model.Yardstick;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that end badly, leave something behind, or leave something for others to find.
class HostileLivesTest {
    private static final Path ON_THE_HOST = Path.of("/tmp/preloaded");

    private static @Nullable Battery started;

    @BeforeAll
    static void start() throws Exception {
        started = Battery.start();
    }

    @AfterAll
    static void end() throws Exception {
        if (started != null) {
            started.close();
        }
    }

    private static Battery battery() {
        return Objects.requireNonNull(started);
    }

    @ParameterizedTest
    @ValueSource(strings = {"outlive_the_timeout", "outlive_the_exit"})
    void whatAFunctionLeavesBehindEndsWithIt(String attack) throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var token = "hearth-" + attack + "-" + System.nanoTime();
        var facts = battery.facts().with("token", token);
        var name = attack.replace('_', '-');
        // As short as a time-out can be here, and long enough for the daemon to begin. AWS's client waits for 30 s.
        int timeout = attack.endsWith("timeout") ? Math.min(20, Yardstick.seconds(3)) : 60;
        battery.create(name, 1769, timeout);

        var outside = battery.outside().start(harmless(attack, ""), facts);
        var beats = battery.outside().scratch(attack).resolve("beats");
        Await.until("the host's daemon runs", () -> Files.exists(beats));
        outside.destroyForcibly().waitFor();
        Files.delete(beats);
        Await.until("the host's daemon goes on", () -> Files.exists(beats));
        var survivors = processes(token);
        Await.until("the host's daemon is gone", () -> kill(processes(token)));
        Result inside;
        try (var caller = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = caller.submit(() -> battery.attack(name, attack, facts));
            if (attack.endsWith("timeout")) {
                Await.until(
                        "the function's daemon runs", () -> !processes(token).isEmpty());
            }
            inside = answer.get();
        }
        Await.until("the function's daemon is gone", () -> processes(token).isEmpty());

        battery.record(attack, survivors.size() + " processes live on", inside.how() + "; nothing lives on", mark);
        assertThat(survivors).isNotEmpty();
        assertThat(inside.how())
                .containsPattern("Task timed out after %d.00 seconds|exit status 1$".formatted(timeout));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1})
    void aRuntimeThatDiesBetweenItsInvocationsIsStartedAgain(double delay) throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var name = "dying-" + (int) (delay * 1000);
        battery.create(name, 1769, 60);
        var facts = battery.facts().with("delay", delay);

        var outside = battery.outside().start(harmless("die_after_the_answer", ""), facts);
        var killed = outside.waitFor();
        for (int round = 0; round < 5; round++) {
            var answer = battery.attack(name, "die_after_the_answer", facts);
            assertThat(answer.how()).isIn("answered", "Runtime exited with error: signal: killed");
            // Meanwhile it is frozen, and the child's time has come when it is thawed.
            battery.victim().since(battery.victim().mark());
            served(name);
        }

        battery.record("die_after_the_answer", "status " + killed, "served again after each", mark);
        assertThat(killed).isEqualTo(128 + 9);
    }

    /// Within two invocations: one may meet the death of the last runtime.
    private static void served(String function) {
        var first = battery().attack(function, "be_served", battery().facts());
        if (!first.how().equals("served")) {
            assertThat(first.how()).isEqualTo("Runtime exited with error: signal: killed");
            assertThat(battery()
                            .attack(function, "be_served", battery().facts())
                            .how())
                    .isEqualTo("served");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close_the_log", "forge_frames", "forge_log_lines"})
    void theLogOfAnotherFunctionGoesOn(String attack) throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var name = attack.replace('_', '-');
        battery.create(name, 512, 60);
        var token = "00000000-0000-4000-8000-%012x".formatted(System.nanoTime() & 0xffffffffffffL);

        var inside = battery.attack(name, attack, battery.facts().with("token", token));
        var witness = battery.invoke(Victim.NAME, "\"log " + token + "\"");
        var request = witness.responseMetadata().requestId();
        Await.until("the victim's log has its request", () -> logsWith("END RequestId: " + request)
                .equals(List.of(Victim.NAME)));

        var forged = attack.equals("forge_log_lines") ? List.of(name) : List.of();
        Await.until("only its own log has it", () -> logsWith(token).equals(forged));

        battery.record(attack, "(there is no log)", inside.how() + ": only its own log has it", mark);
        served(name);
    }

    /// The functions whose logs have this text.
    private static List<String> logsWith(String text) throws IOException {
        var logs = Path.of(
                (String) Objects.requireNonNull(battery().facts().values().get("data")), "logs");
        try (var files = Files.walk(logs)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> content(file).contains(text))
                    .map(file -> file.toString().replaceFirst(".*%2F([^/]*)/.*", "$1"))
                    .distinct()
                    .toList();
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    @Test
    void variablesOfTheLoaderReachNobodyButTheFunctionItself() throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var outside = battery.outside();
        var host = outside.directory().resolve("preloaded-by");
        outside.run("gcc", "-shared", "-fPIC", "-O2", "-o", "preloaded.so", "preloaded.c");
        outside.run("env", "PRELOADED_TO=" + host, "LD_PRELOAD=./preloaded.so", "true");
        var code = new HashMap<>(outside.code());
        code.put("preloaded.so", Files.readAllBytes(outside.directory().resolve("preloaded.so")));
        Files.deleteIfExists(ON_THE_HOST);

        battery.create(battery.function("preloading", "attacks.handler", code, 512)
                .environment(e -> e.variables(Map.of("LD_PRELOAD", "/var/task/preloaded.so")))
                .build());
        var inside = battery.attack("preloading", "preloaded", battery.facts());

        battery.record("LD_PRELOAD", Files.readString(host).strip(), inside.how() + " alone", mark);
        assertThat(Files.readString(host)).isEqualTo("uid=0\n");
        assertThat(inside).isEqualTo(new Result(true, "uid=993"));
        assertThat(ON_THE_HOST).doesNotExist();
    }

    @Test
    void aStaticProgramThatNeverBecomesARuntimeIsHeldBack() throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var outside = battery.outside();
        var bootstrap = Files.copy(
                outside.directory().resolve("probe"), outside.directory().resolve("bootstrap"));
        var zip = Zips.executable("bootstrap", Files.readAllBytes(bootstrap));
        var alone = outside.run("sh", "-c", "./bootstrap; echo status $?").strip();

        // A whole core and time: more than a thousand forks take seconds of a small share on a slow machine.
        battery.create(battery.function("bomb", "none", Map.of(), 1769)
                .runtime("provided.al2023")
                .code(c -> c.zipFile(zip))
                .build());
        var response = battery.invoke("bomb", "{}");
        var inside = Result.ofFunctionError(response.payload().asUtf8String());

        battery.record("fork bomb in INIT", alone, inside.how(), mark);
        assertThat(alone).isEqualTo("status 0");
        assertThat(inside.how()).isEqualTo("Runtime exited with error: exit status 11");
    }

    @Test
    void theServerTakesNoDescriptorThatAFunctionSendsIt() throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        battery.create("sending", 512, 60);
        battery.attack("sending", "be_served", battery.facts());
        var attack = harmless("descriptors_through_the_channel", "");

        var outside = battery.outside().attempt(attack, battery.facts());
        var before = battery.serverDescriptors();
        var inside = battery.attack("sending", attack.name(), battery.facts());
        var after = battery.serverDescriptors();

        battery.record(attack.name(), outside.how(), inside.how() + ", none received", mark);
        assertThat(outside.how()).isEqualTo("100 descriptors were received");
        assertThat(inside.how()).isIn("2000 descriptors were sent", "Too many references: cannot splice");
        assertThat(after).isLessThan(before + 50);
        served("sending");
    }

    @Test
    void nodeReachesNoMoreThanPython() throws Exception {
        var battery = battery();
        var outside = battery.outside();
        assumeTrue(battery.hasRuntime("nodejs20.x"), "this host has no Node.js 20; see ./hearth runtimes");
        var mark = battery.victim().mark();
        try (var bait = new Battery.Bait();
                var safe = new Battery.Bait()) {
            var scratch = Files.createDirectories(outside.scratch("node"));
            var alone = Result.of(spaced(outside.run(
                    "unshare",
                    "-m",
                    "node",
                    "attack.cjs",
                    battery.facts()
                            .with("bait", bait.pid())
                            .with("scratch", scratch.toString())
                            .json())));
            battery.create(battery.function("node", "attack.handler", outside.code(), 1769)
                    .runtime("nodejs20.x")
                    .build());
            var facts = battery.facts().with("bait", safe.pid()).with("scratch", "/tmp");
            var inside = Result.of(
                    spaced(battery.invoke("node", facts.json()).payload().asUtf8String()));

            battery.record("from Node.js", alone.how(), inside.how(), mark);
            assertThat(alone.how()).isEqualTo("kill priority environment store mount unshare host");
            assertThat(inside.worked()).as(inside.how()).isFalse();
            assertThat(safe.lives()).isTrue();
        }
    }

    /// As Python writes it.
    private static String spaced(String json) {
        return json.replace("\":", "\": ").replace(",\"", ", \"");
    }

    @Test
    void nothingIsLeftOfAFunctionThatLeftAllItCould() throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var token = "hearth-litter-" + System.nanoTime();
        var facts = battery.facts().with("token", token).with("delay", 60);
        battery.create("litter", 1769, 60);

        battery.attack("litter", "leave_a_daemon", facts);
        var traces = Traces.of(processes(token).getFirst());
        for (var attack : List.of("deep_tree", "sparse_file", "many_files", "die_after_the_answer")) {
            battery.attack("litter", attack, facts);
        }
        var there = !processes(token).isEmpty() && !traces.gone();
        battery.lambda().deleteFunction(r -> r.functionName("litter"));
        Await.until(
                "nothing is left of it", () -> traces.gone() && processes(token).isEmpty());

        battery.record("littering", "(as above)", "all is gone with the function", mark);
        assertThat(there).isTrue();
        assertThat(traces.cgroups()).isNotEmpty();
    }

    /// @return whether none was left
    private static boolean kill(List<Long> processes) {
        processes.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        return processes.isEmpty();
    }

    /// Processes that have a text in their command line.
    private static List<Long> processes(String token) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid ->
                        content(Path.of("/proc", Long.toString(pid), "cmdline")).contains(token))
                .toList();
    }
}
