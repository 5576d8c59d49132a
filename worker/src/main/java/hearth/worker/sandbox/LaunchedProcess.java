package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.util.OptionalInt;

/// A program that the launcher started: its pid 1, whose end is the end of all, and what pid 1 told of the program.
final class LaunchedProcess extends OwnedProcess {
    private final int status;
    private final Runnable beforeKill;
    private OptionalInt channel; // guarded by this

    /// @param beforeKill makes way for the end of many processes
    LaunchedProcess(ChildProcess init, int status, ProcessPipes.Ours pipes, Runnable beforeKill) {
        super(init, pipes.output());
        this.status = status;
        this.beforeKill = beforeKill;
        this.channel = pipes.channel();
    }

    @Override
    public synchronized OptionalInt takeChannel() {
        var taken = channel;
        channel = OptionalInt.empty();
        return taken;
    }

    @Override
    void kill(ChildProcess init) throws LinuxException {
        beforeKill.run();
        init.signal(ChildProcess.SIGKILL);
    }

    @Override
    Exit collect(ChildProcess init) throws LinuxException {
        return told(init.await());
    }

    @Override
    void release() {
        Descriptors.close(status);
        takeChannel().ifPresent(Descriptors::close);
    }

    /// What init said last; how init itself ended, if it was killed before it could say anything.
    private Exit told(ChildProcess.End end) throws LinuxException {
        var message = Descriptors.awaitReadable(status, 0) ? Launcher.message(status) : "";
        if (!message.isEmpty()) {
            return exit(message);
        }
        return end.signalled() ? new Exit.Signal(end.number()) : new Exit.Status(end.number());
    }

    /// What a message of the launcher's init means.
    ///
    /// @throws IllegalStateException if it has no such meaning
    static Exit exit(String message) {
        if (message.length() < 2) {
            throw new IllegalStateException("the launcher said " + message);
        }
        var text = message.substring(2);
        try {
            return switch (message.charAt(0)) {
                case 'X' -> new Exit.Status(Integer.parseInt(text));
                case 'S' -> new Exit.Signal(Integer.parseInt(text));
                case 'N', 'E' -> new Exit.NotStarted(text);
                default -> throw new IllegalStateException("the launcher said " + message);
            };
        } catch (NumberFormatException e) {
            throw new IllegalStateException("the launcher said " + message, e);
        }
    }
}
