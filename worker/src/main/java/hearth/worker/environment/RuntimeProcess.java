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
    private final IoEventLoop loop;
    private final Guard guard;
    private final SandboxProcess process;
    private final FunctionLog log;
    private final Consumer<Exit> exited;
    private @Nullable OutputPipe output;
    private @Nullable IoRegistration registration;
    private boolean closed;

    /// To be used on the loop.
    ///
    /// @param exited told once, with all that the process had written already logged, unless `close` comes first
    RuntimeProcess(IoEventLoop loop, Guard guard, SandboxProcess process, FunctionLog log, Consumer<Exit> exited) {
        this.loop = loop;
        this.guard = guard;
        this.process = process;
        this.log = log;
        this.exited = exited;
    }

    /// Begins to watch it. Without, there is only `close`.
    void watch() {
        output = OutputPipe.open(loop, process.output(), log, guard::run);
        var watched = loop.register(new Watch(new FileDescriptor(process.pidfd())));
        registration = watched.getNow();
        if (registration == null) {
            throw new IllegalStateException("The end of a process cannot be watched", watched.cause());
        }
        registration.submit(EpollIoOps.EPOLLIN);
    }

    /// Logs all that the process has written until now.
    void drainOutput() {
        if (output != null) {
            output.drain();
        }
    }

    void kill() {
        process.kill();
    }

    /// The process has ended: lets go of its descriptors. Safe to repeat.
    void close() {
        if (!closed) {
            closed = true;
            guard.run(this::unwatch);
            guard.run(this::drainOutput);
            if (output != null) {
                guard.run(output::close);
            }
            process.close();
        }
    }

    private void unwatch() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    private void ended() {
        if (!closed) {
            // The descriptor stays readable, and what follows may throw.
            unwatch();
            var exit = process.exit();
            close();
            exited.accept(exit);
        }
    }

    private final class Watch implements EpollIoHandle {
        private final FileDescriptor pidfd;
        private final Runnable ended = guard.around(RuntimeProcess.this::ended);

        Watch(FileDescriptor pidfd) {
            this.pidfd = pidfd;
        }

        @Override
        public FileDescriptor fd() {
            return pidfd;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            ended.run();
        }

        @Override
        public void close() {
            // The descriptor is the process's.
        }
    }
}
