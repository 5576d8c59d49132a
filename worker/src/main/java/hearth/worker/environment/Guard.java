package hearth.worker.environment;

import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/// The guard at every way into an environment's state machine: a runtime's connection, the end of a process, a timer,
/// a pipe, a task of another thread.
///
/// Behind a step that throws nobody knows what follows, and whoever waits would wait for ever: so what was thrown is
/// handed on, to end the environment. Errors are no exception: one that reached the event loop would end the loop, and
/// with it every other environment. Where the JVM itself cannot go on, it has ended before we see it.
final class Guard {
    private final EventLoop loop;
    private final Consumer<Throwable> failed;

    /// @param failed told of what was thrown, on the loop; must not throw
    Guard(EventLoop loop, Consumer<Throwable> failed) {
        this.loop = loop;
        this.failed = failed;
    }

    /// Takes a step now. To be called on the loop.
    void run(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            failed.accept(e);
        }
    }

    /// Takes a step as a task of the loop. By any thread.
    void later(Runnable step) {
        loop.execute(around(step));
    }

    /// The same step, guarded.
    Runnable around(Runnable step) {
        return () -> run(step);
    }
}
