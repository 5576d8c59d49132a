package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.Qemu;
import hearth.worker.microvm.SnapshotStore;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first machine of a size boots, the others are made of its snapshot.
final class MicrovmSnapshotTest {
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
        kept = usual.withSnapshots(directory.resolve("snapshots")).withPool(Bytes.mebibytes(100));
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
