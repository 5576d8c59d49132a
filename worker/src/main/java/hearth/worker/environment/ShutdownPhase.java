package hearth.worker.environment;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The SHUTDOWN phase of an environment: from the wish that it ends until nothing is left of its sandbox.
///
/// It awaits the invocations that may run, if the wish leaves them that time, and then the thread that removes the
/// sandbox.
final class ShutdownPhase {
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final String INVOCATIONS = "invocations";
    private static final String REMOVAL = "removal";

    private final String environment;
    private final EnvironmentHost host;
    private final EventLoop loop;
    private final Guard guard;
    private final AwaitedParties awaited = AwaitedParties.of(List.of(INVOCATIONS, REMOVAL));
    private @Nullable NotRunnable why;

    ShutdownPhase(String environment, EnvironmentHost host, EventLoop loop, Guard guard) {
        this.environment = environment;
        this.host = host;
        this.loop = loop;
        this.guard = guard;
    }

    /// Invocations are waited for no longer: none runs, or they are broken off.
    void begin(@Nullable NotRunnable why) {
        this.why = why;
        awaited.done(INVOCATIONS);
    }

    /// What keeps the function from running; null after an end that was asked for, or a crash.
    @Nullable
    NotRunnable why() {
        return why;
    }

    /// Removes what the environment stands on, which blocks, elsewhere.
    ///
    /// @param over called on the loop when nothing is awaited any more
    void remove(EnvironmentResources resources, Runnable over) {
        try {
            host.removals().execute(() -> {
                close(resources);
                guard.later(() -> {
                    if (awaited.done(REMOVAL)) {
                        over.run();
                    }
                });
            });
        } catch (RuntimeException | Error e) {
            // Without a thread for it now, there may be one in a moment: what is not removed takes memory and a slot.
            host.defects().met("Sandbox " + environment + " cannot be removed yet", e);
            var _ = loop.schedule(() -> remove(resources, over), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void close(EnvironmentResources resources) {
        try {
            resources.close();
        } catch (Throwable e) {
            host.defects().met("Sandbox " + environment + " could not be removed", e);
        }
    }
}
