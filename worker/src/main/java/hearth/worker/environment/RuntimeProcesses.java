package hearth.worker.environment;

import hearth.worker.logs.FunctionLog;
import hearth.worker.sandbox.SandboxProcess;
import io.netty.channel.IoEventLoop;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

/// The processes of one environment's runtime, one after the other.
///
/// Used on the environment's event loop. Starting one blocks, and is done elsewhere; what is asked for meanwhile is
/// done when that comes back.
final class RuntimeProcesses {
    /// Who hears of them.
    interface Listener {
        /// A process runs that is wanted.
        void started(SandboxProcess process);

        /// The process has ended.
        void exited(SandboxProcess.Exit exit);

        /// There is no process, and none to be had.
        void notStarted(Throwable why);
    }

    /// What starting one has come to.
    sealed interface StartResult {
        record Started(SandboxProcess process) implements StartResult {}

        /// As if a process had ended before it began.
        record NothingToStart(SandboxProcess.Exit.NotStarted why) implements StartResult {}

        record Failed(Throwable cause) implements StartResult {}
    }

    /// What there is of a process. The state of one that is being started elsewhere says what becomes of it when that
    /// comes back.
    private sealed interface ProcessState {}

    private record NoProcess() implements ProcessState {}

    /// @param wanted whether it may run, or is to be killed at once
    private record Starting(boolean wanted) implements ProcessState {}

    /// It may not run, and its sandbox is to be removed.
    private record StartingTooLate(Runnable remove) implements ProcessState {}

    private record Running(RuntimeProcess process) implements ProcessState {}

    private final IoEventLoop loop;
    private final Guard guard;
    private final Executor blocking;
    private final FunctionLog log;
    private final Listener listener;
    private ProcessState state = new NoProcess();

    /// @param blocking runs what starts a process
    /// @param log gets what they write
    RuntimeProcesses(IoEventLoop loop, Guard guard, Executor blocking, FunctionLog log, Listener listener) {
        this.loop = loop;
        this.guard = guard;
        this.blocking = blocking;
        this.log = log;
        this.listener = listener;
    }

    /// One that runs already.
    void take(SandboxProcess started) {
        var watched = new RuntimeProcess(loop, guard, started, log, this::exited);
        state = new Running(watched);
        watched.watch();
    }

    /// Has one started elsewhere.
    void start(Callable<StartResult> work) {
        blocking.execute(() -> {
            StartResult result;
            try {
                result = work.call();
            } catch (Throwable e) {
                result = new StartResult.Failed(e);
            }
            var came = result;
            guard.later(() -> cameBack(came));
        });
        state = new Starting(true);
    }

    private void cameBack(StartResult result) {
        switch (state) {
            case Starting(var wanted) -> go(result, wanted);
            case StartingTooLate(var remove) -> {
                state = result instanceof StartResult.Started(var started)
                        ? new Running(new RuntimeProcess(loop, guard, started, log, this::exited))
                        : new NoProcess();
                remove.run();
            }
            case NoProcess _, Running _ -> throw new IllegalStateException("No process is being started");
        }
    }

    private void go(StartResult result, boolean wanted) {
        state = new NoProcess();
        switch (result) {
            case StartResult.Started(var started) -> {
                take(started);
                if (wanted) {
                    listener.started(started);
                } else {
                    started.kill();
                }
            }
            case StartResult.NothingToStart(var why) -> exited(why);
            case StartResult.Failed(var cause) -> listener.notStarted(cause);
        }
    }

    private void exited(SandboxProcess.Exit exit) {
        state = new NoProcess();
        listener.exited(exit);
    }

    /// Logs all that the process has written until now.
    void drainOutput() {
        if (state instanceof Running(var running)) {
            running.drainOutput();
        }
    }

    /// Ends the process by force: `exited` follows.
    void kill() {
        switch (state) {
            case Running(var running) -> running.kill();
            case Starting _ -> state = new Starting(false);
            case NoProcess _, StartingTooLate _ -> {}
        }
    }

    /// None is to be started any more.
    ///
    /// @param then called when their sandbox may be removed
    void close(Runnable then) {
        if (state instanceof Starting) {
            state = new StartingTooLate(then);
        } else {
            then.run();
        }
    }

    /// The sandbox is gone, and its processes with it.
    void release() {
        if (state instanceof Running(var running)) {
            guard.run(running::close);
            state = new NoProcess();
        }
    }
}
