package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.io.UncheckedIOException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A program that the launcher started: its pid 1, whose end is the end of all, and what pid 1 told of the program.
final class LaunchedProcess implements SandboxProcess {
    private final ChildProcess init;
    private final int status;
    private final int output;
    private final int framedOutput;
    private OptionalInt channel; // guarded by this

    private @Nullable Exit exit; // guarded by this
    private boolean closed; // guarded by this

    LaunchedProcess(ChildProcess init, int status, ProcessPipes.Ours pipes) {
        this.init = init;
        this.status = status;
        this.output = pipes.output();
        this.framedOutput = pipes.framed();
        this.channel = pipes.channel();
    }

    @Override
    public int pidfd() {
        return init.pidfd();
    }

    @Override
    public int output() {
        return output;
    }

    @Override
    public int framedOutput() {
        return framedOutput;
    }

    @Override
    public synchronized OptionalInt takeChannel() {
        var taken = channel;
        channel = OptionalInt.empty();
        return taken;
    }

    @Override
    public synchronized Exit exit() {
        if (exit == null) {
            try {
                exit = told(init.await());
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
        return exit;
    }

    @Override
    public synchronized void kill() {
        if (exit == null && !closed) {
            try {
                init.signal(ChildProcess.SIGKILL);
            } catch (LinuxException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            end(); // so that no zombie stays of a process that nobody asked for its exit
            closed = true;
            init.close();
            Descriptors.close(status);
            Descriptors.close(output);
            Descriptors.close(framedOutput);
            takeChannel().ifPresent(Descriptors::close);
        }
    }

    /// Kills all and waits until it is gone. Safe at any time.
    synchronized void end() {
        if (!closed) {
            kill();
            exit();
        }
    }

    synchronized boolean hasEnded() {
        try {
            return exit != null || closed || Descriptors.awaitReadable(init.pidfd(), 0);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What init said last; how init itself ended, if it was killed before it could say anything.
    private Exit told(ChildProcess.End end) throws LinuxException {
        var message = Descriptors.awaitReadable(status, 0) ? Launcher.message(status) : "";
        if (!message.isEmpty()) {
            return told(message.charAt(0), message.substring(2));
        }
        return end.signalled() ? new Exit.Signal(end.number()) : new Exit.Status(end.number());
    }

    private static Exit told(char kind, String text) {
        return switch (kind) {
            case 'X' -> new Exit.Status(Integer.parseInt(text));
            case 'S' -> new Exit.Signal(Integer.parseInt(text));
            case 'N', 'E' -> new Exit.NotStarted(text);
            default -> throw new IllegalStateException("the launcher said %s %s".formatted(kind, text));
        };
    }
}
