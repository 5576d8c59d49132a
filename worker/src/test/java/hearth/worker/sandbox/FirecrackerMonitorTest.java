package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Machines of a Firecracker that is played by a program of ours: all that is around it is real.
final class FirecrackerMonitorTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private Path report;

    @BeforeEach
    void assumeRoot() {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        report = directory.resolve("report");
    }

    private Firecracker firecracker(String mode) throws IOException {
        var program = script("firecracker", "echo Firecracker v1.13.1");
        var jailer = script(
                "jailer",
                "[ \"$1\" = --version ] && exec echo Jailer v1.13.1\nexec '%s' -cp '%s' -Dmode=%s -Dreport='%s'"
                                .formatted(
                                        Path.of(System.getProperty("java.home"), "bin/java"),
                                        System.getProperty("java.class.path"),
                                        mode,
                                        report)
                        + " --enable-native-access=ALL-UNNAMED -Xshare:auto -XX:TieredStopAtLevel=1 "
                        + JailerStandIn.class.getName() + " \"$@\"");
        return Firecracker.find(
                new MicrovmConfig(directory, directory, Optional.empty(), Optional.of(program), Optional.of(jailer)));
    }

    private Path script(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// An image that has what the driver looks at.
    private Path kernel() throws IOException {
        var image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) 1).putInt(0x202, 0x53726448).putShort(0x206, (short) 0x20f);
        image.putInt(0x248, 0).putInt(0x24c, 8).putInt(1024, 0x464c457f);
        var folder = Files.createDirectory(directory.resolve("kernel"));
        Files.write(folder.resolve("vmlinuz"), image.array());
        return folder;
    }

    private MicrovmSandboxFactory factory(String mode, FirecrackerLauncher.Patience patience) throws Exception {
        var firecracker = firecracker(mode);
        var place = directory.resolve("sandboxes");
        var config = new SandboxConfig(
                SandboxRun.launcher(),
                place,
                Instance.of(place),
                new NetworkPolicy(false, List.of(), List.of()),
                Optional.of(SandboxKind.MICROVM),
                InnerServices.NONE,
                new MicrovmConfig(kernel(), MicrovmConfig.USUAL.images()));
        return new MicrovmSandboxFactory(
                config,
                new TmpImages(place.resolve("tmp")),
                parts -> new FirecrackerMonitor(firecracker, parts, patience));
    }

    private SandboxSpec machine() throws IOException {
        var code = SandboxRun.readableDirectory(directory.resolve("code"));
        Files.writeString(code.resolve("hello"), "hello");
        return spec(Bytes.mebibytes(128), 1000, new Mount(code, "/var/task"));
    }

    private List<Path> jails() throws IOException {
        try (var jails = Files.walk(directory.resolve("sandboxes/jails"))) {
            return jails.filter(path -> path.getFileName().toString().startsWith("vm-"))
                    .toList();
        }
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current()
                .children()
                .filter(process -> process.info().commandLine().orElse("").contains("JailerStandIn"))
                .toList();
    }

    @Test
    void aMachineIsMadeRunsProgramsAndLeavesNothing() throws Exception {
        try (var factory = factory("plays", new FirecrackerLauncher.Patience(LONG, LONG, LONG))) {
            var sandbox = factory.create(machine());

            var result = run(sandbox, "anything");

            assertThat(result.output()).isEqualTo("hello\n");
            assertThat(result.exit()).isEqualTo(new Exit.Status(7));
            assertThat(jails()).hasSize(1);
            var told = Files.readString(report);
            assertThat(told)
                    .containsPattern("words --id vm-(\\d+) --exec-file \\S+/firecracker --uid \\1 --gid \\1"
                            + " --chroot-base-dir \\S+/jails --netns /proc/\\d+/fd/\\d+"
                            + " --resource-limit no-file=512 --resource-limit fsize=\\d+ -- --api-sock /api.sock")
                    .contains("/test-", "started; devices where it is: [lo]");
            assertThat(told.lines().filter(line -> line.startsWith("request")))
                    .containsExactly(
                            "request /logger",
                            "request /machine-config",
                            "request /boot-source",
                            "request /drives/disk0",
                            "request /drives/disk1",
                            "request /drives/disk2",
                            "request /network-interfaces/eth0",
                            "request /vsock",
                            "request /entropy",
                            "request /actions");
            sandbox.closeSockets();
            sandbox.close();
            assertThat(jails()).isEmpty();
            assertThat(children()).isEmpty();
        }
        assertThat(Leftovers.find())
                .noneMatch(line -> line.contains(
                        Instance.of(directory.resolve("sandboxes")).name()));
    }

    private void fails(String mode, FirecrackerLauncher.Patience patience, String... words) throws Exception {
        try (var factory = factory(mode, patience)) {
            var machine = machine();

            assertThatThrownBy(() -> factory.create(machine))
                    .isInstanceOf(SandboxException.class)
                    .message()
                    .contains(words);

            assertThat(jails()).isEmpty();
            assertThat(children()).isEmpty();
        }
        assertThat(Leftovers.find())
                .noneMatch(line -> line.contains(
                        Instance.of(directory.resolve("sandboxes")).name()));
    }

    @Test
    void aJailerThatFailsIsToldOf() throws Exception {
        fails(
                "dies",
                new FirecrackerLauncher.Patience(LONG, LONG, LONG),
                "it has ended with Status[code=1]; it said: Build error: the jail cannot be made");
    }

    @Test
    void aRequestThatIsRefusedIsToldOf() throws Exception {
        fails(
                "refuses",
                new FirecrackerLauncher.Patience(LONG, LONG, LONG),
                "Firecracker refuses PUT /machine-config with 400: Not enough memory on this host");
    }

    @Test
    void aProcessThatDoesNotListenIsKilled() throws Exception {
        fails("deaf", new FirecrackerLauncher.Patience(SHORT, LONG, LONG), "it does not listen at api.sock");
    }

    @Test
    void anApiThatHangsIsKilled() throws Exception {
        fails("hangs", new FirecrackerLauncher.Patience(LONG, Duration.ofSeconds(3), LONG), "does not answer");
    }

    @Test
    void aGuestThatDoesNotSpeakIsKilled() throws Exception {
        fails("mute", new FirecrackerLauncher.Patience(LONG, LONG, SHORT), "its guest does not speak");
    }
}
