package hearth.worker.pool;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxProcess;
import hearth.worker.sandbox.SandboxSpec.Mount;
import hearth.worker.sandbox.WaitingSandbox;
import hearth.worker.sandbox.WaitingSandbox.Assignment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A sandbox whose interpreter is up and waits on its channel to hear which function it serves. It serves one in its
/// life, or none.
public final class BootedRuntime implements AutoCloseable {
    private static final byte UP = '+';

    private final Sandbox sandbox;
    private final SandboxProcess process;
    private final Assignment assignment;
    private final boolean hasChannel;
    private boolean processTaken; // guarded by this
    private OptionalInt channel; // guarded by this

    BootedRuntime(Sandbox sandbox, SandboxProcess process, int channel) {
        this.sandbox = sandbox;
        this.process = process;
        this.channel = OptionalInt.of(channel);
        this.hasChannel = true;
        this.assignment = this::write;
    }

    /// One in a machine, whose channel ends there.
    BootedRuntime(WaitingSandbox waiting) {
        this.sandbox = waiting.sandbox();
        this.process = waiting.process();
        this.channel = OptionalInt.empty();
        this.hasChannel = false;
        this.assignment = waiting.assignment();
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    /// The interpreter's process. Whoever takes it closes it, and nobody else: another thread may read its output.
    public synchronized SandboxProcess takeProcess() {
        if (processTaken) {
            throw new IllegalStateException("somebody has the process already");
        }
        processTaken = true;
        return process;
    }

    private synchronized boolean hasProcess() {
        return !processTaken;
    }

    /// Makes the sandbox what its function is to have. If that fails, nothing is left of it.
    public void fit(Bytes memory, int milliCpus, List<Mount> mounts) throws SandboxException {
        try {
            sandbox.thaw();
            sandbox.refit(memory, milliCpus, mounts);
        } catch (SandboxException | RuntimeException | Error e) {
            discard();
            throw e;
        }
    }

    /// Waits until the interpreter says that it is up.
    void awaitUp(Duration patience) throws IOException {
        int channel = channel().orElseThrow();
        var said = new byte[1];
        if (!Descriptors.awaitReadable(channel, (int) patience.toMillis())) {
            throw new IOException("it was not up within " + patience.toSeconds() + " s");
        }
        if (Descriptors.read(channel, said) != 1 || said[0] != UP) {
            throw new IOException("it ended before it was up");
        }
    }

    /// Whether `assign` never blocks.
    public boolean isAssignedAtOnce() {
        return hasChannel;
    }

    /// Tells the runtime which function it serves. Its sandbox has been refitted for it.
    ///
    /// @param environment all that a process of the function's finds in its environment
    public void assign(Map<String, String> environment) throws IOException {
        assignment.tell(message(environment));
    }

    private void write(byte[] message) throws LinuxException {
        // More than an environment can be fits into the socket.
        if (Descriptors.write(channel().orElseThrow(), message, 0, message.length) != message.length) {
            throw new IllegalStateException("the environment does not fit into the channel");
        }
    }

    private synchronized OptionalInt channel() {
        return channel;
    }

    /// Our end of the channel. Whoever takes it closes it.
    public synchronized OptionalInt takeChannel() {
        var taken = channel;
        channel = OptionalInt.empty();
        return taken;
    }

    boolean isAlive() {
        try {
            return !Descriptors.awaitReadable(process.pidfd(), 0);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends one that nobody took.
    void discard() {
        sandbox.closeSockets();
        close();
    }

    /// Ends it, whether or not it was assigned. What was taken of it is whoever took it's to close, and so is the
    /// Runtime API's socket. Blocks. Safe to repeat.
    @Override
    public void close() {
        sandbox.close();
        if (hasProcess()) {
            process.close();
        }
        takeChannel().ifPresent(Descriptors::close);
    }

    private static byte[] message(Map<String, String> environment) {
        var variables = new ByteArrayOutputStream();
        environment.forEach((name, value) -> {
            variables.writeBytes((name + "=" + value).getBytes(StandardCharsets.UTF_8));
            variables.write(0);
        });
        return ByteBuffer.allocate(Integer.BYTES + variables.size())
                .putInt(variables.size())
                .put(variables.toByteArray())
                .array();
    }
}
