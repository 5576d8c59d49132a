package hearth.worker.environment;

import hearth.worker.logs.FunctionLog;
import hearth.worker.logs.OutputPipe;
import hearth.worker.sandbox.SandboxProcess;
import hearth.worker.sandbox.SandboxProcess.Exit;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A runtime's process as the event loop watches it: its output goes to the log, and its end is told. No thread
/// waits for it.
final class RuntimeProcess {
    private final SandboxProcess process;
    private final OutputPipe output;
    private final FileDescriptor pidfd;
    private final Consumer<Exit> exited;
    private final @Nullable IoRegistration registration;
    private boolean closed;

    /// To be made, and used, on the loop.
    ///
    /// @param exited told once, with all that the process had written already logged, unless `close` comes first
    RuntimeProcess(IoEventLoop loop, SandboxProcess process, FunctionLog log, Consumer<Exit> exited) {
        this.process = process;
        this.exited = exited;
        this.output = OutputPipe.open(loop, process.output(), log);
        this.pidfd = new FileDescriptor(process.pidfd());
        this.registration = loop.register(new Watch()).getNow();
        if (registration != null) {
            registration.submit(EpollIoOps.EPOLLIN);
        }
    }

    /// Logs all that the process has written until now.
    void drainOutput() {
        output.drain();
    }

    void kill() {
        process.kill();
    }

    /// The process has ended: lets go of its descriptors. Safe to repeat.
    void close() {
        if (!closed) {
            closed = true;
            if (registration != null) {
                registration.cancel();
            }
            drainOutput();
            output.close();
            process.close();
        }
    }

    private void ended() {
        if (!closed) {
            var exit = process.exit();
            close();
            exited.accept(exit);
        }
    }

    private final class Watch implements EpollIoHandle {
        @Override
        public FileDescriptor fd() {
            return pidfd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            ended();
        }

        @Override
        public void close() {
            // The descriptor is the process's.
        }
    }
}
