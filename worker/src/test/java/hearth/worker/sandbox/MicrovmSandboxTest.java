package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.finish;
import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.shell;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.MonitorKind;
import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// One machine serves most tests: an emulated one takes seconds to boot.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class MicrovmSandboxTest {
    private static final String LIST_DEVICES = "ls /dev; cat /proc/net/dev | grep -c eth0";

    @TempDir
    static Path directory;

    private static MicrovmSandboxFactory factory;
    private static Sandbox sandbox;
    private static SandboxConfig config;
    private static boolean ended;

    @BeforeAll
    static void boot() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "needs QEMU");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        assumeTrue(
                Files.isReadable(MicrovmConfig.USUAL.kernel().resolve("vmlinuz")),
                "needs a guest kernel: server/src/main/dist/bin/hearth-guest-kernel");
        config = config("s", MicrovmConfig.USUAL);
        factory = factory(config);
        sandbox = factory.create(machine("shared"));
    }

    private static SandboxConfig config(String name, MicrovmConfig microvm) {
        var place = directory.resolve(name);
        return new SandboxConfig(
                SandboxRun.launcher(),
                place,
                Instance.of(place),
                new NetworkPolicy(true, List.of(), List.of("9.9.9.9")),
                Optional.of(SandboxKind.MICROVM),
                InnerServices.NONE,
                microvm);
    }

    private static MicrovmSandboxFactory factory(SandboxConfig config) throws SandboxException {
        return new MicrovmSandboxFactory(
                config, new TmpImages(config.directory().resolve("tmp")), QemuMonitor::make);
    }

    private static SandboxSpec machine(String name) throws IOException {
        var code = SandboxRun.readableDirectory(directory.resolve("code-of-" + name));
        Files.writeString(code.resolve("hello"), "hello from code\n");
        return spec(Bytes.mebibytes(128), 1000, new Mount(code, "/var/task"));
    }

    @AfterAll
    static void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (sandbox != null) {
            sandbox.closeSockets();
            sandbox.close();
        }
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void aProgramSeesWhatItSeesInNamespaces() throws Exception {
        var result = run(
                sandbox,
                "cat /var/task/hello; id -u; hostname; ls /; " + LIST_DEVICES
                        + "; echo x >/var/task/y || echo x >/usr/y || cat /etc/resolv.conf; exit 7");

        assertThat(result.exit()).isEqualTo(new Exit.Status(7));
        assertThat(result.output())
                .startsWith("hello from code\n993\nsandbox\n")
                .contains("Read-only file system", "nameserver 9.9.9.9", "var")
                .doesNotContain("vda", "vport", "mem", "root\n");
    }

    @Test
    void itsKernelIsNotTheHosts() throws Exception {
        var result = run(sandbox, "cat /proc/sys/kernel/random/boot_id /proc/sys/kernel/osrelease");

        assertThat(result.output())
                .doesNotContain(Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip())
                .contains(Files.readString(MicrovmConfig.USUAL.kernel().resolve("version"))
                        .strip());
    }

    @Test
    void aProgramIsKilledWithAllThatItStarted() throws Exception {
        var process = sandbox.start(shell("echo up; sleep 1000 & sleep 1000"));
        SandboxRun.awaitOutput(process, "up");

        process.kill();

        assertThat(finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
        assertThat(run(sandbox, "ls -d /proc/[0-9]* | wc -l").output().strip()).isIn("2", "3", "4", "5");
    }

    @Test
    void whatCannotBeStartedIsToldAsAnywhere() throws Exception {
        var result = run(sandbox, new ProcessSpec(List.of("/var/task/none"), java.util.Map.of(), "/"));

        assertThat(result.exit()).isEqualTo(new Exit.NotStarted("fork/exec /var/task/none: no such file or directory"));
    }

    @Test
    void tmpStaysFromProgramToProgram() throws Exception {
        assertThat(run(sandbox, "echo kept >/tmp/file").exit()).isEqualTo(new Exit.Status(0));

        assertThat(run(sandbox, "cat /tmp/file; df -m /tmp | tail -n 1 | awk '{print $2}'")
                        .output())
                .matches("kept\n5\\d\\d\n");
    }

    @Test
    void allThatAProgramWritesArrives() throws Exception {
        var result = run(sandbox, "i=0; while [ $i -lt 2000 ]; do echo line $i; echo err $i >&2; i=$((i+1)); done");

        assertThat(result.output().lines().count()).isEqualTo(4000);
        assertThat(result.output()).startsWith("line 0\nerr 0\n").endsWith("line 1999\nerr 1999\n");
    }

    @Test
    void memoryIsLimitedAndCounted() throws Exception {
        var kills = sandbox.outOfMemoryKills();

        var result = run(sandbox, "head -c 400m /dev/zero | tail -c 390m | wc -c; echo survived");

        assertThat(sandbox.outOfMemoryKills()).isGreaterThan(kills);
        assertThat(result.output()).contains("survived").doesNotContain("408944640");
        assertThat(sandbox.peakMemory()).isEqualTo(Bytes.mebibytes(128));
    }

    @Test
    void aFrozenMachineStandsStill() throws Exception {
        var process = sandbox.start(shell("while true; do echo tick; sleep 0.05; done"));
        SandboxRun.awaitOutput(process, "tick");

        sandbox.freeze();
        SandboxRun.await(() -> !SandboxRun.writesWithin(process, 500));
        sandbox.thaw();

        assertThat(SandboxRun.writesWithin(process, 20_000)).isTrue();
        // Also a frozen one can be told to kill.
        sandbox.freeze();
        process.kill();
        assertThat(finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
    }

    @Test
    void itsMonitorIsConfinedItself() throws Exception {
        var monitor = monitors().getFirst();
        var status = Files.readString(Path.of("/proc/" + monitor.pid() + "/status"));

        assertThat(status)
                .containsPattern("Uid:\t19\\d{8}\t19\\d{8}\t")
                .contains("NoNewPrivs:\t1", "Seccomp:\t2", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000");
        // It reaches no network, and sees neither the host's files nor its processes.
        assertThat(namespace(monitor, "net")).isNotEqualTo(namespace(ProcessHandle.current(), "net"));
        assertThat(Files.readString(Path.of("/proc/" + monitor.pid() + "/net/dev"))
                        .lines()
                        .skip(2))
                .hasSize(1);
        for (var name : List.of("mnt", "pid", "ipc", "uts", "user")) {
            assertThat(namespace(monitor, name)).isNotEqualTo(namespace(ProcessHandle.current(), name));
        }
    }

    private static Path namespace(ProcessHandle process, String name) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns", name));
    }

    /// QEMU's processes among those that this one started.
    private static List<ProcessHandle> monitors() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("qemu-system-x86_64"))
                .toList();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void aMachineThatDiesEndsItsProgramAndLeavesNothing() throws Exception {
        var process = sandbox.start(shell("echo up; sleep 1000"));
        SandboxRun.awaitOutput(process, "up");

        monitors().forEach(ProcessHandle::destroyForcibly);

        assertThat(finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
        assertThatThrownBy(() -> sandbox.start(shell("true"))).hasMessageContaining("the microVM has ended");
        end();
        assertThat(Leftovers.find())
                .noneMatch(line -> line.contains(config.instance().name()));
        assertThat(threads()).doesNotContain("microvm-");
    }

    private static String threads() {
        SandboxRun.await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("microvm-test")));
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("microvm-test"))
                .collect(Collectors.joining());
    }

    @Test
    void aKernelThatDoesNotComeUpIsToldOfAndLeavesNothing() throws Exception {
        var kernel = Files.createDirectory(directory.resolve("kernel"));
        Files.copy(MicrovmConfig.USUAL.kernel().resolve("vmlinuz"), kernel.resolve("vmlinuz"));
        var lesser = config("lesser", new MicrovmConfig(kernel, MicrovmConfig.USUAL.images()));
        try (var broken = factory(lesser)) {
            var machine = machine("broken");
            assertThatThrownBy(() -> broken.create(machine)).isInstanceOf(SandboxException.class);
            var descriptors = descriptors();

            assertThatThrownBy(() -> broken.create(machine))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("the microVM does not start")
                    .hasMessageContaining("virtio");
            SandboxRun.await(() -> descriptors() <= descriptors);
        }
        assertThat(Leftovers.find())
                .noneMatch(line -> line.contains(lesser.instance().name()));
    }

    /// How many this process has, but for those of network namespaces that are made ahead.
    private static long descriptors() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> !target(fd).matches("net:.*|socket:.*")).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException gone) {
            return "net:";
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        var nowhere = config("nowhere", new MicrovmConfig(directory.resolve("none"), MicrovmConfig.USUAL.images()));

        assertThat(Sandboxes.attempt(nowhere, SandboxKind.MICROVM))
                .isInstanceOfSatisfying(Trial.Fails.class, fails -> assertThat(fails.reason())
                        .contains("there is no guest kernel in", "hearth-guest-kernel"));
    }

    @Test
    void aMonitorThatIsAskedForAndNotThereIsNamed() {
        var none = Optional.of(directory.resolve("firecracker"));
        var microvm = new MicrovmConfig(
                MicrovmConfig.USUAL.kernel(),
                MicrovmConfig.USUAL.images(),
                Optional.of(MonitorKind.FIRECRACKER),
                none,
                none);

        assertThat(Sandboxes.attempt(config("forced", microvm), SandboxKind.MICROVM))
                .isInstanceOfSatisfying(Trial.Fails.class, fails -> assertThat(fails.reason())
                        .isEqualTo("no microVMs by firecracker: there is no program at " + none.get()
                                + "; --firecracker says where it is"));
    }

    @Test
    void whereThereIsNoFirecrackerQemuIsTaken() {
        runsOnQemu("chosen", directory.resolve("firecracker"), directory.resolve("jailer"));
    }

    /// Where there is no KVM it is not even tried.
    @Test
    void whereMachinesOfFirecrackerDoNotComeUpQemuIsTaken() throws Exception {
        runsOnQemu(
                "tried",
                program("firecracker-that-fails", "echo Firecracker v1.13.1"),
                program("jailer-that-fails", "[ \"$1\" = --version ] && echo Jailer v1.13.1"));
    }

    private static Path program(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void runsOnQemu(String name, Path firecracker, Path jailer) {
        var microvm = new MicrovmConfig(
                MicrovmConfig.USUAL.kernel(),
                MicrovmConfig.USUAL.images(),
                Optional.empty(),
                Optional.of(firecracker),
                Optional.of(jailer));

        assertThat(Sandboxes.attempt(config(name, microvm), SandboxKind.MICROVM))
                .isInstanceOfSatisfying(Trial.Works.class, works -> {
                    assertThat(((MicrovmSandboxFactory) works.factory()).monitorName())
                            .startsWith("QEMU");
                    works.factory().close();
                });
    }
}
