package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.shell;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.UnixSockets;
import hearth.worker.microvm.FirecrackerApi;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.Initramfs;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.Qemu;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pid 1 of machines over vsock, in a real guest of QEMU, and all that Firecracker's machines have of ours: the
/// kernel as an ELF file, its words, its modules. This host's kernel need have no vsock: the guest's own has a
/// loopback, at whose other end a second process of the guest plays the host (`guest/test/vsock_bridge.c`), slowly.
final class VsockGuestTest {
    private static final Path LOOPBACK = MicrovmConfig.USUAL.kernel().resolve("modules/vsock_loopback.ko");
    private static final Path SOURCES = Path.of("../guest");

    /// Less than a socket's buffer holds.
    private static final int WRITTEN = 150_000;

    private static final String WRITE = "head -c %d /dev/zero | tr '\\0' x".formatted(WRITTEN);
    private static final Duration COMPILING = Duration.ofMinutes(2);

    @TempDir
    static Path directory;

    private static MicrovmSandboxFactory factory;
    private static Sandbox sandbox;

    @BeforeAll
    static void boot() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "needs QEMU");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        assumeTrue(Files.isReadable(LOOPBACK), "needs vsock_loopback of the guest kernel: hearth-guest-kernel");
        var place = directory.resolve("v");
        var config = new SandboxConfig(
                SandboxRun.launcher(),
                place,
                Instance.of(place),
                new NetworkPolicy(false, List.of(), List.of()),
                Optional.of(SandboxKind.MICROVM));
        factory = new MicrovmSandboxFactory(config, new TmpImages(place.resolve("tmp")), VsockGuestTest::monitor);
        sandbox = factory.create(spec(Bytes.mebibytes(128), 1000));
    }

    private static MachineMonitor monitor(MachineMonitor.Parts parts) throws IOException, SandboxException {
        var modules = new ArrayList<>(parts.kernel().modules(GuestStreams.PORTS));
        parts.kernel().modules(GuestStreams.VSOCK).stream()
                .filter(module -> !modules.contains(module))
                .forEach(modules::add);
        modules.add(LOOPBACK);
        var initramfs = directory.resolve("initramfs");
        try (var out = Files.newOutputStream(initramfs)) {
            Initramfs.write(out, init(), parts.config().launcher(), modules);
        }
        var elf = directory.resolve("vmlinux");
        parts.kernel().uncompress(elf);
        var kernel = new GuestKernel(elf, parts.kernel().folder());
        return new QemuMonitor(
                Qemu.find(parts.config().launcher()),
                new MachineMonitor.Parts(parts.config(), parts.launcher(), kernel, parts.initUid()),
                initramfs,
                FirecrackerApi.KERNEL_WORDS.stream()
                        .map(word -> word.startsWith("hearth.vsock=") ? "hearth.vsock=1" : word)
                        .toList());
    }

    /// Pid 1, and the one that plays the host, in one program.
    private static Path init() throws IOException {
        var objects = new ArrayList<String>();
        try (var sources = Files.list(SOURCES.resolve("microvm"))) {
            for (var source :
                    sources.filter(file -> file.toString().endsWith(".c")).toList()) {
                var object = directory.resolve(source.getFileName() + ".o").toString();
                compile("-Dmain=microvm_main", "-c", "-o", object, source.toString());
                objects.add(object);
            }
        }
        var bridge = directory.resolve("bridge.o").toString();
        compile("-c", "-o", bridge, SOURCES.resolve("test/vsock_bridge.c").toString());
        objects.add(bridge);
        var program = directory.resolve("init");
        objects.addAll(List.of("-static", "-o", program.toString()));
        compile(objects.toArray(String[]::new));
        return program;
    }

    private static void compile(String... words) throws IOException {
        var command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Wextra", "-Werror"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(COMPILING.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        assertThat(process.exitValue()).as(said).isZero();
    }

    @AfterAll
    static void end() {
        if (sandbox != null) {
            sandbox.closeSockets();
            sandbox.close();
        }
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void programsRunAndAreTold() throws Exception {
        var result = run(sandbox, "echo hello; hostname; exit 7");

        assertThat(result.exit()).isEqualTo(new Exit.Status(7));
        assertThat(result.output()).isEqualTo("hello\nsandbox\n");
    }

    @Test
    void allOutputArrivesInItsOrder() throws Exception {
        var result = run(sandbox, "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done");

        assertThat(result.output().lines()).hasSize(3000).startsWith("line 0").endsWith("line 2999");
    }

    /// Once the end is known, nothing is on its way any more.
    @Test
    void outputIsThereBeforeTheEnd() throws Exception {
        var process = sandbox.start(shell(WRITE + "; exit 3"));

        assertThat(Descriptors.awaitReadable(process.pidfd(), 60_000)).isTrue();

        assertThat(lengthOfWhatIsThere(process)).isEqualTo(WRITTEN);
        assertThat(process.exit()).isEqualTo(new Exit.Status(3));
        process.close();
    }

    @Test
    void outputIsThereBeforeWhatIsSentToTheRuntimeApi() throws Exception {
        var process = sandbox.start(new ProcessSpec(
                List.of("/bin/bash", "-c", WRITE + "; exec 3<>/dev/tcp/127.0.0.1/9001; echo answer >&3; sleep 1000"),
                Map.of("PATH", "/usr/bin"),
                "/"));
        var connection = UnixSockets.accept(sandbox.runtimeApiSocket(), Duration.ofMinutes(1))
                .orElseThrow();

        assertThat(Descriptors.awaitReadable(connection, 60_000)).isTrue();

        assertThat(lengthOfWhatIsThere(process)).isEqualTo(WRITTEN);
        Descriptors.close(connection);
        process.kill();
        assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
    }

    private static int lengthOfWhatIsThere(SandboxProcess process) throws Exception {
        var length = 0;
        var piece = new byte[1 << 16];
        while (Descriptors.awaitReadable(process.output(), 0)) {
            length += Descriptors.read(process.output(), piece);
        }
        return length;
    }

    @Test
    void aProgramIsKilled() throws Exception {
        var process = sandbox.start(shell("echo up; sleep 1000"));
        SandboxRun.awaitOutput(process, "up");

        process.kill();

        assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
    }
}
