package hearth.worker.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Runs programs in sandboxes and waits for what becomes of them.
public final class SandboxRun {
    /// What is waited for comes in milliseconds; on a machine that is busy with other things, later.
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private SandboxRun() {}

    /// Where the build puts the launcher.
    public static Path launcher() {
        return Path.of("../guest/target/guest/launcher").toAbsolutePath().normalize();
    }

    /// An instance of its own, so that tests neither meet each other nor a running server.
    public static SandboxConfig config(Path directory) {
        return new SandboxConfig(
                launcher(), directory, Instance.of(directory), NetworkPolicy.closed(), Optional.empty());
    }

    static NamespaceSandboxFactory namespaces(SandboxConfig config) throws SandboxException {
        return new NamespaceSandboxFactory(
                config, new TmpImages(config.directory().resolve("tmp")));
    }

    public static void assumeRootAndLauncher() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.isExecutable(launcher()), "needs " + launcher());
    }

    /// Functions run as users of their own, so what they are to read must be readable by all.
    static Path readableDirectory(Path directory) throws IOException {
        return Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    /// What a process wrote, and how it ended.
    public record Result(String output, SandboxProcess.Exit exit) {}

    static SandboxSpec spec(Mount... mounts) {
        return spec(Bytes.mebibytes(256), 1000, mounts);
    }

    static SandboxSpec spec(Bytes memory, int milliCpus, Mount... mounts) {
        return new SandboxSpec(
                "test-" + NUMBER.incrementAndGet(), memory, milliCpus, Bytes.mebibytes(512), List.of(mounts));
    }

    static ProcessSpec shell(String script) {
        return new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), "/");
    }

    /// Runs a shell script to its end.
    static Result run(Sandbox sandbox, String script) throws Exception {
        return run(sandbox, shell(script));
    }

    public static Result run(Sandbox sandbox, ProcessSpec spec) throws Exception {
        var process = sandbox.start(spec);
        try {
            return finish(process);
        } finally {
            process.close();
        }
    }

    static Result finish(SandboxProcess process) throws LinuxException {
        var output = new ByteArrayOutputStream();
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Descriptors.awaitReadable(process.pidfd(), 5)) {
            drain(process.output(), output);
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still running, after " + output.toString(StandardCharsets.UTF_8));
            }
        }
        drain(process.output(), output);
        return new Result(output.toString(StandardCharsets.UTF_8), process.exit());
    }

    /// Reads until there is this text.
    static String awaitOutput(SandboxProcess process, String text) {
        var output = new ByteArrayOutputStream();
        await(() -> {
            drain(process.output(), output);
            return output.toString(StandardCharsets.UTF_8).contains(text);
        });
        return output.toString(StandardCharsets.UTF_8);
    }

    /// All that is there.
    static String read(int fd) {
        var output = new ByteArrayOutputStream();
        drain(fd, output);
        return output.toString(StandardCharsets.UTF_8);
    }

    /// Whether anything comes in a while; what had come before is thrown away.
    static boolean writesWithin(SandboxProcess process, int milliseconds) {
        drain(process.output(), new ByteArrayOutputStream());
        try {
            return Descriptors.awaitReadable(process.output(), milliseconds);
        } catch (LinuxException e) {
            throw new AssertionError(e);
        }
    }

    static void await(BooleanSupplier condition) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE);
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private static void drain(int fd, ByteArrayOutputStream into) {
        var buffer = new byte[65536];
        try {
            for (var length = Descriptors.read(fd, buffer); length > 0; length = Descriptors.read(fd, buffer)) {
                into.write(buffer, 0, length);
            }
        } catch (LinuxException e) {
            if (!e.is("EAGAIN")) {
                throw new AssertionError(e);
            }
        }
    }
}
