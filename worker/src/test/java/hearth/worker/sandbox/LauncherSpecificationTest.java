package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.linux.Spawner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher runs as root. Whatever it is told, it starts a program confined or not at all.
final class LauncherSpecificationTest {
    private static final int MUTATIONS = 2000;
    private static final long SEED = 20251125;

    /// The program shows its own confinement.
    private static final List<String> PROGRAM =
            List.of("/bin/cat", "/proc/self/status", "/proc/self/uid_map", "/proc/self/cgroup", "/proc/self/net/dev");

    @TempDir
    static Path directory;

    static NamespaceSandboxFactory factory;
    static Cgroup cgroup;
    static NetworkNamespace network;
    static Spawner spawner;

    @BeforeAll
    static void start() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var config = SandboxRun.config(directory.resolve("sandboxes"));
        factory = SandboxRun.namespaces(config);
        cgroup = factory.cgroups().create("specified", Bytes.mebibytes(64), 1000, 20);
        network = NetworkNamespace.create();
        spawner = new Spawner();
    }

    @AfterAll
    static void end() {
        if (factory != null) {
            spawner.close();
            network.close();
            cgroup.close();
            factory.close();
        }
    }

    /// What became of a launch: how the launcher ended, what it and init said, what the program wrote.
    private record Outcome(ChildProcess.End end, List<String> messages, String output) {
        boolean started() {
            return messages.stream().anyMatch(message -> message.startsWith("P "));
        }

        boolean refused() {
            return messages.stream().anyMatch(message -> message.startsWith("E "));
        }
    }

    @Test
    void startsTheProgramThatIsSpecified() throws Exception {
        var outcome = launch(bytes(words()));

        assertThat(outcome.messages()).hasSize(2).last().isEqualTo("X 0");
        assertThat(outcome.output()).contains("NoNewPrivs:\t1", "Seccomp:\t2", "Uid:\t993\t993\t993\t993");
        assertConfined(outcome);
    }

    @Test
    void startsNothingWhereAnEntryIsMissing() throws Exception {
        for (var missing : entries()) {
            var words = entries().stream()
                    .filter(entry -> !entry.equals(missing))
                    .flatMap(List::stream)
                    .toList();

            var outcome = launch(bytes(words));

            assertThat(outcome.started()).as("without %s", missing.getFirst()).isFalse();
            assertThat(outcome.refused()).as("without %s", missing.getFirst()).isTrue();
            assertThat(outcome.output()).isEmpty();
        }
    }

    @Test
    void startsNothingWhereAnEntryIsGarbled() throws Exception {
        var garbled = new ArrayList<List<String>>();
        for (var id :
                List.of("", "0", "-1", "993", "1000", "65534", "1900000001x", "4294967295", "99999999999999999999")) {
            garbled.add(replaced("uid", List.of("uid", id)));
            garbled.add(replaced("init-uid", List.of("init-uid", id)));
        }
        garbled.add(replaced("init-uid", List.of("init-uid", entries().get(2).get(1))));
        garbled.add(replaced("cgroups", List.of("cgroups", "1")));
        garbled.add(replaced("cgroups", List.of("cgroups", "2", "/no/cgroup.procs")));
        garbled.add(replaced("cgroups", List.of("cgroups", "9999999")));
        garbled.add(replaced("cpu-limit", List.of("cpu-limit", "/dev/null", "-1")));
        garbled.add(replaced("tmp-size", List.of("tmp-size", "large")));
        garbled.add(replaced("tmp-size", List.of("tmp-size", "")));
        garbled.add(replaced("tmp-size", List.of("tmp-size", "0")));
        garbled.add(replaced("tmp-size", List.of("tmp-size", "-1")));
        garbled.add(replaced("hostname", List.of("hostname", "x".repeat(65))));
        garbled.add(replaced("argv", List.of("argv", "1")));
        garbled.add(replaced("argv", List.of("argv", "9", "/bin/cat")));
        garbled.add(replaced("network", List.of("netwerk")));
        garbled.add(Stream.concat(words().stream(), Stream.of("reuse")).toList());
        garbled.add(Stream.concat(words().stream(), Stream.of("mount", "/no/such", "/opt"))
                .toList());
        garbled.add(Stream.concat(words().stream(), Stream.of("uid")).toList());
        garbled.add(List.of());

        for (var words : garbled) {
            var outcome = launch(bytes(words));

            assertThat(outcome.output()).as("%s", words).isEmpty();
            assertThat(outcome.end().signalled()).as("%s", words).isFalse();
            assertThat(outcome.messages()).as("%s", words).noneMatch(message -> message.startsWith("X "));
        }
    }

    /// It has the rights to write anywhere.
    @Test
    void writesToNothingButACgroup() throws Exception {
        var victim = Files.writeString(directory.resolve("victim"), "as it was");

        var outcome = launch(bytes(replaced("cgroups", List.of("cgroups", "2", victim.toString()))));

        assertThat(outcome.messages()).containsExactly("E not of a cgroup: " + victim);
        assertThat(victim).hasContent("as it was");
    }

    @Test
    void needsTheDescriptorsThatConfine() throws Exception {
        for (var missing : List.of(7, 8)) {
            var outcome = launch(bytes(words()), missing);

            assertThat(outcome.started()).isFalse();
            assertThat(outcome.refused()).isTrue();
            assertThat(outcome.output()).isEmpty();
        }
    }

    @Test
    void survivesMutations() throws Exception {
        var random = new Random(SEED);
        int started = 0;
        int refused = 0;
        for (var i = 0; i < MUTATIONS; i++) {
            var mutated = mutate(random);

            var outcome = launch(mutated);

            assertThat(outcome.end().signalled())
                    .as("mutation %d of seed %d", i, SEED)
                    .isFalse();
            assertConfined(outcome);
            started += outcome.started() ? 1 : 0;
            refused += outcome.refused() ? 1 : 0;
        }
        System.out.printf("%d mutations of seed %d: %d started, %d refused%n", MUTATIONS, SEED, started, refused);
        assertThat(refused).isGreaterThan(MUTATIONS / 4);
        assertThat(started).isPositive();
    }

    @Test
    void neverRunsWithTheRightsOfItsFile() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
        assertThat(Files.getAttribute(SandboxRun.launcher(), "unix:mode"))
                .satisfies(mode -> assertThat((int) mode & 06000).isZero());
        var folder = Files.createTempDirectory(Path.of("/var/tmp"), "launcher");
        var copy = folder.resolve("launcher");
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.copy(SandboxRun.launcher(), copy);
            Files.setAttribute(copy, "unix:mode", 0104755);
            assertThat(Files.getPosixFilePermissions(copy)).contains(PosixFilePermission.OTHERS_EXECUTE);

            var process = new ProcessBuilder(
                            "setpriv", "--reuid", "65534", "--clear-groups", copy.toString(), "--print-filter")
                    .start();

            assertThat(process.getInputStream().readAllBytes()).isEmpty();
            assertThat(process.waitFor()).isEqualTo(126);
        } finally {
            Files.deleteIfExists(copy);
            Files.delete(folder);
        }
    }

    /// As far as the program shows itself: a mutation may have changed the program.
    private static void assertConfined(Outcome outcome) {
        var lines = outcome.output().lines().toList();
        for (var line : lines) {
            var words = line.strip().split("\\s+");
            switch (words[0]) {
                case "Uid:", "Gid:" -> assertThat(words).containsOnly(words[0], "993");
                case "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:" ->
                    assertThat(words[1]).isEqualTo("0000000000000000");
                case "NoNewPrivs:" -> assertThat(words[1]).isEqualTo("1");
                case "Seccomp:" -> assertThat(words[1]).isEqualTo("2");
                case "NSpid:" -> assertThat(words).hasSize(2);
                default -> {
                    if (line.matches("\\d+:[\\w,=]*:.*")) {
                        assertThat(line).as("a cgroup namespace of its own").endsWith(":/");
                    } else if (line.matches(" *\\w+: +\\d+ +\\d+ .*")) {
                        assertThat(line).as("a network namespace of its own").contains("lo:");
                    }
                }
            }
        }
    }

    private byte[] mutate(Random random) {
        var words = new ArrayList<>(words());
        if (random.nextInt(3) > 0) {
            for (var changes = 1 + random.nextInt(3); changes > 0; changes--) {
                mutateWord(words, random);
            }
            return bytes(words);
        }
        var bytes = bytes(words);
        for (var changes = 1 + random.nextInt(4); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextBoolean() ? bytes : Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }

    private static void mutateWord(List<String> words, Random random) {
        if (words.isEmpty()) {
            return;
        }
        var at = random.nextInt(words.size());
        switch (random.nextInt(6)) {
            case 0 -> words.remove(at);
            case 1 -> words.add(at, words.get(random.nextInt(words.size())));
            case 2 -> words.set(at, Integer.toString(random.nextInt()));
            case 3 -> words.set(at, "x".repeat(random.nextInt(5000)));
            case 4 -> words.set(at, "");
            default -> words.set(at, words.set(random.nextInt(words.size()), words.get(at)));
        }
    }

    private static List<List<String>> entries() {
        var argv = new ArrayList<>(List.of("argv", Integer.toString(PROGRAM.size() + 1)));
        argv.addAll(PROGRAM);
        var entrances = cgroup.entrances().stream().map(Path::toString).toList();
        var cgroups = new ArrayList<>(List.of("cgroups", Integer.toString(entrances.size() + 1)));
        cgroups.addAll(entrances);
        return List.of(
                List.of("hostname", "sandbox"),
                List.of("network"),
                List.of("uid", Integer.toString(factory.initUid() + 5000)),
                List.of("init-uid", Integer.toString(factory.initUid())),
                cgroups,
                List.of("cpu-limit", cgroup.cpuLimit().toString(), cgroup.noCpuLimit()),
                List.of("tmp-size", "1048576"),
                List.of("cwd", "/"),
                argv,
                List.of("envp", "2", "A=b"));
    }

    private static List<String> words() {
        return entries().stream().flatMap(List::stream).toList();
    }

    private static List<String> replaced(String key, List<String> by) {
        return entries().stream()
                .flatMap(entry -> (entry.getFirst().equals(key) ? by : entry).stream())
                .toList();
    }

    private static byte[] bytes(List<String> words) {
        var bytes = new ByteArrayOutputStream();
        for (var word : words) {
            bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    private static Map<Integer, Integer> descriptors(int output, int framed) {
        var descriptors = new HashMap<Integer, Integer>();
        for (var standard = 0; standard <= 2; standard++) {
            descriptors.put(standard, factory.nothing());
        }
        descriptors.put(5, output);
        descriptors.put(6, framed);
        descriptors.put(7, network.fd());
        descriptors.put(8, factory.template());
        return descriptors;
    }

    private static Outcome launch(byte[] specification, Integer... without) throws Exception {
        var status = Descriptors.messageSockets();
        var output = Descriptors.pipe();
        var framed = Descriptors.pipe();
        var spec = Descriptors.memoryFile(specification);
        var descriptors = descriptors(output.writing(), framed.writing());
        descriptors.put(3, spec);
        descriptors.put(4, status.writing());
        descriptors.keySet().removeAll(List.of(without));
        try (var launcher = spawner.spawn(
                new Spawner.Command(SandboxRun.launcher(), List.of("init"), Map.of(), Path.of("/"), descriptors))) {
            for (var mine : List.of(status.writing(), output.writing(), framed.writing(), spec)) {
                Descriptors.close(mine);
            }
            letGo(status.reading());
            var end = launcher.await();
            var messages = messages(status.reading());
            var written = SandboxRun.read(output.reading());
            return new Outcome(end, messages, written);
        } finally {
            for (var mine : List.of(status.reading(), output.reading(), framed.reading())) {
                Descriptors.close(mine);
            }
        }
    }

    private static void letGo(int status) {
        try {
            Descriptors.write(status, new byte[] {'.'}, 0, 1);
        } catch (LinuxException e) {
            // It has ended already.
        }
    }

    /// All of them: the socket ends with init. Init is this process's child.
    private static List<String> messages(int status) throws Exception {
        var messages = new ArrayList<String>();
        while (true) {
            if (!Descriptors.awaitReadable(status, (int) SandboxRun.PATIENCE.toMillis())) {
                throw new AssertionError("still running after " + messages);
            }
            var message = message(status);
            if (message.isEmpty()) {
                return messages;
            }
            messages.add(message);
            if (message.startsWith("P ")) {
                reap(Integer.parseInt(message.substring(2)));
            }
        }
    }

    private static String message(int status) throws LinuxException {
        try {
            return Launcher.message(status);
        } catch (LinuxException e) {
            // The other end went with our word unread; what it said comes after that.
            assertThat(e.errno()).isEqualTo("ECONNRESET");
            return Launcher.message(status);
        }
    }

    private static void reap(int pid) throws LinuxException {
        try (var init = ChildProcess.of(pid)) {
            init.await();
        }
    }
}
