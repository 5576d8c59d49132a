package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;

/// A process that never was: its program could not be run. It has ended from the beginning, and wrote nothing.
final class FailedStart implements SandboxProcess {
    private final Exit.NotStarted exit;
    private final Descriptors.Pair ended;
    private final int output;

    private boolean closed; // guarded by this

    FailedStart(String message, int output) throws LinuxException {
        this.exit = new Exit.NotStarted(message);
        this.output = output;
        this.ended = Descriptors.pipe();
        Descriptors.write(ended.writing(), new byte[1], 0, 1);
    }

    @Override
    public int pidfd() {
        return ended.reading();
    }

    @Override
    public int output() {
        return output;
    }

    @Override
    public Exit exit() {
        return exit;
    }

    @Override
    public void kill() {
        // There is nothing to kill.
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(ended.reading());
            Descriptors.close(ended.writing());
            Descriptors.close(output);
        }
    }
}
