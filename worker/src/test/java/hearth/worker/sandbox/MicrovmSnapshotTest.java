package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.Qemu;
import hearth.worker.microvm.SnapshotStore;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first machine of a size boots, the others are made of its snapshot.
final class MicrovmSnapshotTest {
    /// Says that it is up, and then what it is and what it sees, once it has heard a word.
    private static final String WAITS = """
            import os, socket, time
            channel = socket.socket(fileno=int(os.environ["_HEARTH_CHANNEL"]))
            channel.sendall(b"+")
            heard = channel.recv(100).decode()
            print(heard, open("/var/task/name").read(), os.getcwd(), sorted(os.listdir("/tmp")), hash("x"),
                os.urandom(8).hex(), time.time(), os.statvfs("/tmp").f_blocks * 4096 >> 20, sep="|", flush=True)
            open("/tmp/" + heard, "w").close()
            time.sleep(1000)
            """;
    private static final String WHO = "cat /proc/sys/kernel/random/boot_id; cat /proc/sys/kernel/random/uuid;";

    @TempDir
    static Path directory;

    private static MicrovmConfig kept;
    private static MicrovmSandboxFactory factory;
    private static Sandbox first;
    private static Sandbox second;
    private static Sandbox third;

    @BeforeAll
    static void boot() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "needs QEMU");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        assumeTrue(
                Files.isReadable(MicrovmConfig.USUAL.kernel().resolve("vmlinuz")),
                "needs a guest kernel: server/src/main/dist/bin/hearth-guest-kernel");
        var usual = MicrovmConfig.USUAL;
        kept = usual.withSnapshots(directory.resolve("snapshots")).withPool(Bytes.mebibytes(600));
        factory = factory("s");
        first = factory.create(machine("first"));
        second = factory.create(machine("second"));
        third = factory.create(machine("third"));
    }

    private static MicrovmSandboxFactory factory(String name) throws SandboxException {
        return factory(name, kept);
    }

    private static MicrovmSandboxFactory factory(String name, MicrovmConfig microvm) throws SandboxException {
        var place = directory.resolve(name);
        var config = new SandboxConfig(
                SandboxRun.launcher(),
                place,
                Instance.of(place),
                NetworkPolicy.closed(),
                Optional.of(SandboxKind.MICROVM),
                InnerServices.NONE,
                microvm);
        return new MicrovmSandboxFactory(config, new TmpImages(place.resolve("tmp")), QemuMonitor::make);
    }

    private static SandboxSpec machine(String name) throws IOException {
        var code = SandboxRun.readableDirectory(directory.resolve("code-of-" + name));
        Files.writeString(code.resolve("name"), name);
        Files.write(code.resolve("much"), new byte[5 << 20]);
        return spec(Bytes.mebibytes(128), 1000, new Mount(code, "/var/task"));
    }

    @AfterAll
    static void end() {
        for (var sandbox : new Sandbox[] {first, second, third}) {
            if (sandbox != null) {
                close(sandbox);
            }
        }
        if (factory != null) {
            factory.close();
        }
    }

    private static void close(Sandbox sandbox) {
        sandbox.closeSockets();
        sandbox.close();
    }

    private static Stream<ProcessHandle> processes() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("qemu-system-x86_64"));
    }

    /// QEMU's command lines: a machine that is made of a snapshot waits for it to come in.
    private static List<String> monitors() {
        return processes().map(MicrovmSnapshotTest::commandLine).toList();
    }

    private static String commandLine(ProcessHandle process) {
        return String.join(" ", process.info().arguments().orElse(new String[0]));
    }

    /// 96 MiB and a 32nd for the kernel inside, 96 for QEMU, and 128 where it translates.
    @Test
    void whatItTakesBesidesIsKnown() {
        var translates = !Qemu.isKvmUsable();

        assertThat(factory.overhead(Bytes.mebibytes(128))).isEqualTo(Bytes.mebibytes(translates ? 324 : 196));
    }

    @Test
    void onlyTheFirstBoots() {
        assertThat(monitors().stream().filter(line -> !line.contains("-incoming")))
                .hasSize(1);
        assertThat(monitors()).hasSizeGreaterThanOrEqualTo(3);
    }

    /// Files in memory are what several monitors have of the server's: the snapshot's, and the kernel's first bytes.
    @Test
    void noMonitorCanChangeWhatOthersAreMadeOf() throws Exception {
        var copy = processes()
                .filter(process -> commandLine(process).contains("-incoming"))
                .findFirst()
                .orElseThrow();
        List<Path> shared;
        try (var open = Files.list(Path.of("/proc", Long.toString(copy.pid()), "fd"))) {
            shared = open.filter(MicrovmSnapshotTest::isMemoryFile).toList();
        }

        assertThat(shared).hasSizeGreaterThanOrEqualTo(2);
        assertThat(shared).allSatisfy(file -> assertThatThrownBy(() -> {
                    try (var writable = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        writable.write(ByteBuffer.wrap(new byte[] {1}), 0);
                    }
                })
                .hasMessageContaining("Operation not permitted"));
    }

    /// So flags that one sets, whoever has taken it over, are not those of what another reads.
    @Test
    void noTwoMonitorsHaveAnOpeningOfAFileInCommon() throws Exception {
        var compare = """
                import ctypes, os, stat, sys
                def files(pid):
                    folder = "/proc/%d/fd/" % pid
                    return [int(fd) for fd in os.listdir(folder) if stat.S_ISREG(os.stat(folder + fd).st_mode)]
                one, other = map(int, sys.argv[1:])
                kcmp = lambda a, b: ctypes.CDLL(None).syscall(312, one, other, 0, a, b)
                print(len(files(one)), [(os.readlink("/proc/%d/fd/%d" % (one, a)), a, b)
                    for a in files(one) for b in files(other) if kcmp(a, b) == 0])
                """;
        var copies = processes()
                .filter(process -> commandLine(process).contains("-incoming"))
                .limit(2)
                .toList();
        var words = List.of(
                "python3",
                "-c",
                compare,
                Long.toString(copies.get(0).pid()),
                Long.toString(copies.get(1).pid()));
        var comparing = new ProcessBuilder(words).redirectErrorStream(true).start();
        var said = new String(comparing.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        // The kernel's head, the memory, the root, code and /tmp at least.
        assertThat(said).matches("([5-9]|\\d\\d) \\[]");
    }

    private static boolean isMemoryFile(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:hearth");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void noTwoHaveTheSameRandomNumbersOrNames() throws Exception {
        var lines = new HashSet<String>();
        for (var sandbox : List.of(first, second, third)) {
            lines.addAll(run(sandbox, WHO).output().lines().toList());
        }

        assertThat(lines).hasSize(6);
    }

    @Test
    void eachHasTheTime() throws Exception {
        var before = Instant.now();
        var said = run(third, "date +%s.%N").output().strip();

        assertThat(Instant.ofEpochMilli((long) (Double.parseDouble(said) * 1000)))
                .isBetween(before.minusSeconds(2), Instant.now().plus(Duration.ofSeconds(2)));
    }

    @Test
    void eachHasItsOwnCodeAndTmpAtTheirFullSize() throws Exception {
        assertThat(run(second, "cat /var/task/name; cat /var/task/much | wc -c; echo 2 >/tmp/own")
                        .output())
                .isEqualTo("second5242880\n");
        assertThat(run(third, "cat /var/task/name; ls /tmp; head -c 100m /dev/zero >/tmp/much && echo written")
                        .output())
                .isEqualTo("thirdwritten\n");
    }

    /// What connects inside is connected with the socket in the sandbox's network namespace.
    @Test
    void eachIsConnected() throws Exception {
        var connect = """
                python3 -c '
                import socket, time
                with socket.create_connection(("127.0.0.1", 9001), 5):
                    while " 0164FEA9:2329 01 " not in open("/proc/net/tcp").read():
                        time.sleep(0.01)
                print("connected")'
                """;
        for (var sandbox : List.of(first, third)) {
            assertThat(run(sandbox, connect).output()).isEqualTo("connected\n");
        }
    }

    @Test
    void memoryOfOneIsNotTheOthers() throws Exception {
        assertThat(run(second, "head -c 60m /dev/zero | tail -c 50m | wc -c").output())
                .isEqualTo("52428800\n");
        assertThat(run(third, "echo still here").output()).isEqualTo("still here\n");
    }

    /// It would take its memory twice, beyond its monitor's limit, and for as long as the snapshot is there. What is
    /// left are holes of less than 64 KiB.
    @Test
    void whatACopyWritesToIsNoPageOfTheSnapshot() throws Exception {
        var copy = processes()
                .filter(process -> commandLine(process).contains("share=off"))
                .findFirst()
                .orElseThrow();
        Path memory;
        try (var open = Files.list(Path.of("/proc", Long.toString(copy.pid()), "fd"))) {
            memory = open.filter(MicrovmSnapshotTest::isMemoryFile)
                    .filter(file -> size(file) > (100 << 20))
                    .findFirst()
                    .orElseThrow();
        }
        var held = Descriptors.open(memory);
        try {
            var before = mebibytes(held);

            assertThat(run(second, "head -c 60m /dev/zero | tail -c 55m | wc -c")
                            .output())
                    .isEqualTo("57671680\n");

            assertThat(before).isPositive();
            assertThat(mebibytes(held)).isBetween(before, before + 10);
        } finally {
            Descriptors.close(held);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            return 0;
        }
    }

    /// What a file takes.
    private static long mebibytes(int file) throws IOException {
        var path = "/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), file);
        var stat = new ProcessBuilder("stat", "-L", "-c", "%b", path).start();
        var blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return (Long.parseLong(blocks.strip()) * 512) >> 20;
    }

    @Test
    void oneWaitsAndIsHandedOutOnce() throws Exception {
        var spec = machine("waited-for");
        SandboxRun.await(() -> factory.waiting(spec) > 0);
        var waited = factory.create(spec);
        try {
            var now = Instant.now().getEpochSecond();
            assertThat(run(waited, "cat /var/task/name; echo; echo x >/tmp/x && date +%s")
                            .output())
                    .startsWith("waited-for\n")
                    .satisfies(said -> assertThat(
                                    Long.parseLong(said.lines().toList().get(1)))
                            .isBetween(now - 2, now + 60));
            assertThat(run(waited, WHO).output()).isNotEqualTo(run(second, WHO).output());
        } finally {
            close(waited);
        }
    }

    /// @param tag of whom no other test has one waiting
    private static WaitingProgram program(String tag) {
        var variables = Map.of("PATH", "/usr/bin", "TAG", tag);
        var command = List.of("/usr/bin/python3", "-S", "-c", WAITS);
        return new WaitingProgram(new ProcessSpec(command, variables, "/var/task", true), List.of());
    }

    private static SandboxSpec size() {
        return spec(Bytes.mebibytes(128), 1000);
    }

    private static WaitingSandbox taken(WaitingProgram program) throws Exception {
        return factory.takeWaiting(size(), program, new WhenNoneWaits.Started()).orElseThrow();
    }

    /// A copy of the account's, but for the first.
    private static WaitingSandbox copied(MicrovmSandboxFactory factory, WaitingProgram program, String account)
            throws Exception {
        return factory.takeWaiting(size(), program, new WhenNoneWaits.Copied(account))
                .orElseThrow();
    }

    private static void awaitOneThatWaits(WaitingProgram program) {
        SandboxRun.await(() -> factory.waiting(size(), program) > 0);
    }

    /// Whoever waits is refitted and told: what it says is of the function that took it.
    private static List<String> answer(WaitingSandbox waiting, String name) throws Exception {
        var spec = machine(name);
        waiting.sandbox().refit(spec.memory(), 200, spec.mounts());
        waiting.assignment().tell(("for-" + name).getBytes(StandardCharsets.UTF_8));
        return List.of(SandboxRun.awaitOutput(waiting.process(), "\n").strip().split("\\|"));
    }

    private static void end(WaitingSandbox waiting) {
        close(waiting.sandbox());
        waiting.process().close();
    }

    /// The first finds none and has it come up; the second finds one that waits.
    @Test
    void aProgramWaitsForItsFunctionAndServesOne() throws Exception {
        var program = program("one");
        var made = taken(program);
        try {
            var first = answer(made, "made");
            awaitOneThatWaits(program);
            var waited = taken(program);
            try {
                var next = answer(waited, "waited");

                assertThat(made.waited()).isFalse();
                assertThat(waited.waited()).isTrue();
                assertThat(first.subList(0, 4)).containsExactly("for-made", "made", "/var/task", "[]");
                assertThat(next.subList(0, 4)).containsExactly("for-waited", "waited", "/var/task", "[]");
                // Neither the hash secret nor random numbers are another's.
                assertThat(next.get(4)).isNotEqualTo(first.get(4));
                assertThat(next.get(5)).isNotEqualTo(first.get(5));
                // However long it had stood still.
                assertThat(Double.parseDouble(next.get(6)))
                        .isCloseTo(Instant.now().toEpochMilli() / 1e3, within(30.0));
            } finally {
                end(waited);
            }
        } finally {
            end(made);
        }
    }

    /// Within an account they have the hash secret in common, and nothing else; no other account has that.
    @Test
    void functionsOfOneAccountHaveCopiesOfOneProgram() throws Exception {
        var program = program("copied");
        try (var copying = factory("copying", kept.withPool(new Bytes(0)))) {
            var answers = new ArrayList<List<String>>();
            for (var name : List.of("a1", "a2", "a3", "b1")) {
                var copy = copied(copying, program, name.substring(0, 1));
                try {
                    answers.add(answer(copy, name));
                    assertThat(copy.waited()).isFalse();
                    assertThat(answers.getLast().subList(0, 4)).containsExactly("for-" + name, name, "/var/task", "[]");
                    assertThat(Integer.parseInt(answers.getLast().get(7))).isBetween(500, 530);
                } finally {
                    end(copy);
                }
            }
            var secrets = answers.stream().map(each -> each.get(4)).toList();
            assertThat(secrets.get(1)).isEqualTo(secrets.get(0));
            assertThat(secrets.get(2)).isEqualTo(secrets.get(0));
            assertThat(secrets.get(3)).isNotEqualTo(secrets.get(0));
            assertThat(answers.stream().map(each -> each.get(5))).doesNotHaveDuplicates();
        }
    }

    @Test
    void whatEndsWhileItWaitsIsReplaced() throws Exception {
        var program = program("replaced");
        end(taken(program));
        awaitOneThatWaits(program);
        var before = processes().filter(MicrovmSnapshotTest::waits).toList();

        before.forEach(MicrovmSnapshotTest::kill);

        SandboxRun.await(() -> before.stream().noneMatch(ProcessHandle::isAlive));
        SandboxRun.await(() -> factory.waiting(size(), program) == 0);
        awaitOneThatWaits(program);
        var waiting = taken(program);
        assertThat(answer(waiting, "next").getFirst()).isEqualTo("for-next");
        end(waiting);
    }

    /// What stands still in a cgroup of v1 ends only when it goes on.
    private static void kill(ProcessHandle monitor) {
        monitor.destroyForcibly();
        try (var lines = Files.lines(Path.of("/proc", Long.toString(monitor.pid()), "cgroup"))) {
            var freezer = lines.map(line -> line.split(":", 3))
                    .filter(line -> line[1].equals("freezer"))
                    .map(line -> Path.of("/sys/fs/cgroup/freezer" + line[2], "freezer.state"))
                    .filter(Files::exists)
                    .findFirst();
            if (freezer.isPresent()) {
                Files.writeString(freezer.get(), "THAWED");
            }
        } catch (IOException | UncheckedIOException gone) {
            SandboxRun.await(() -> !monitor.isAlive());
        }
    }

    private static boolean waits(ProcessHandle monitor) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(monitor.pid()), "cgroup"))
                    .contains("waiting-");
        } catch (IOException gone) {
            return false;
        }
    }

    /// It has the limits of its function, and keeps `/tmp` for the programs that follow.
    @Test
    void theSandboxOfOneThatWaitedIsLikeAnyOther() throws Exception {
        var waiting = taken(program("limited"));
        try {
            assertThat(answer(waiting, "limited").getFirst()).isEqualTo("for-limited");
            waiting.process().kill();
            assertThat(SandboxRun.finish(waiting.process()).exit()).isEqualTo(new SandboxProcess.Exit.Signal(9));

            var result = run(
                    waiting.sandbox(), "cat /var/task/name; ls /tmp; head -c 200m /dev/zero | tail -c 190m | wc -c");

            assertThat(result.output()).startsWith("limitedfor-limited\n").doesNotContain("199229440");
            assertThat(waiting.sandbox().outOfMemoryKills()).isPositive();
            assertThat(waiting.sandbox().peakMemory()).isEqualTo(Bytes.mebibytes(128));
            assertThatThrownBy(() -> waiting.sandbox().refit(Bytes.mebibytes(128), 200, List.of()))
                    .hasMessageContaining("from its start");
        } finally {
            end(waiting);
        }
    }

    @Test
    void aProgramThatDoesNotComeUpIsToldOf() {
        var ends =
                new WaitingProgram(new ProcessSpec(List.of("/usr/bin/false"), Map.of(), "/var/task", true), List.of());

        assertThatThrownBy(() -> factory.takeWaiting(size(), ends, new WhenNoneWaits.Started()))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("the program ended before it was up");
    }

    @Test
    void withoutMemoryForThemNoneWait() throws Exception {
        var program = program("without");
        try (var without = factory("without", kept.withPool(new Bytes(0)))) {
            end(without.takeWaiting(size(), program, new WhenNoneWaits.Started())
                    .orElseThrow());

            assertThat(without.takeWaiting(size(), program, new WhenNoneWaits.Nothing()))
                    .isEmpty();
            assertThat(without.waiting(size(), program)).isZero();
        }
    }

    @Test
    void aDamagedOneIsReplacedByOneThatBoots() throws Exception {
        SandboxRun.await(() -> snapshots().size() == 1);
        var file = snapshots().getFirst();
        var whole = Files.size(file);
        try (var damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.setLength(whole / 2);
        }
        var booted =
                monitors().stream().filter(line -> !line.contains("-incoming")).count();
        try (var later = factory("later")) {
            var sandbox = later.create(machine("later"));
            try {
                assertThat(monitors().stream().filter(line -> !line.contains("-incoming")))
                        .hasSize((int) booted + 1);
                assertThat(run(sandbox, "cat /var/task/name").output()).isEqualTo("later");
            } finally {
                close(sandbox);
            }
        }
        assertThat(snapshots()).hasSize(1);
        assertThat(Files.size(snapshots().getFirst())).isGreaterThan(whole / 2);
    }

    /// Its sum is right, and its memory is empty.
    @Test
    void aKeptOneThatDoesNotRunIsReplacedByOneThatBoots() throws Exception {
        SandboxRun.await(() -> snapshots().size() == 1);
        var name = snapshots().getFirst().getFileName().toString();
        var print = name.substring(0, name.lastIndexOf('.'));
        var others = kept.withSnapshots(directory.resolve("others"));
        try (var good = SnapshotStore.in(kept.snapshots()).find(print).orElseThrow();
                var nothing = MemoryFile.ofSize(good.size());
                var bad = MachineSnapshot.of(
                        nothing,
                        good.size(),
                        MemoryFile.of(Files.readAllBytes(good.state().path())))) {
            SnapshotStore.in(others.snapshots()).keep(print, bad);
        }
        var booted =
                monitors().stream().filter(line -> !line.contains("-incoming")).count();
        try (var next = factory("others", others)) {
            var sandbox = next.create(machine("others"));
            try {
                assertThat(monitors().stream().filter(line -> !line.contains("-incoming")))
                        .hasSize((int) booted + 1);
                assertThat(run(sandbox, "cat /var/task/name").output()).isEqualTo("others");
            } finally {
                close(sandbox);
            }
        }
    }

    private static List<Path> snapshots() {
        try (var files = Files.list(kept.snapshots())) {
            return files.filter(file -> file.toString().endsWith(".machine")).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
