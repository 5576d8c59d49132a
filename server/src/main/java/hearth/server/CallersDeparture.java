package hearth.server;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The end of calls at a member that is drained: load balancers are told first, then whoever has a connection
/// is sent away with each answer, and whoever stays nevertheless is refused after a while. What runs is let
/// come to its end, which the time-outs of functions bound.
final class CallersDeparture {
    private static final System.Logger LOG = System.getLogger(CallersDeparture.class.getName());

    /// How long callers may go on calling before they are refused.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Senders senders;
    private final IntSupplier running;
    private final LongSupplier nanos;
    private final Runnable glance;

    /// Whoever sends invocations here.
    interface Senders {
        /// Waits until load balancers know that they are to send nothing here, for a bounded time.
        void awaitBalancers();

        /// Has connections end with their next answers, or go on.
        void sendAway(boolean wanted);

        /// Has further invocations be refused, or let in.
        void refuse(boolean wanted);
    }

    /// @param running how many invocations run that came here
    /// @param nanos a clock that nobody sets
    /// @param glance waits a moment
    CallersDeparture(Senders senders, IntSupplier running, LongSupplier nanos, Runnable glance) {
        this.senders = senders;
        this.running = running;
        this.nanos = nanos;
        this.glance = glance;
    }

    /// Waits until nothing runs that came here, and nothing comes.
    ///
    /// @param wanted whether callers are still to depart
    /// @return whether they have; else they are let in as before
    boolean await(BooleanSupplier wanted) {
        senders.awaitBalancers();
        senders.sendAway(true);
        long deadline = nanos.getAsLong() + PATIENCE.toNanos();
        while (wanted.getAsBoolean() && running.getAsInt() > 0 && nanos.getAsLong() - deadline < 0) {
            glance.run();
        }
        if (wanted.getAsBoolean() && running.getAsInt() > 0) {
            LOG.log(
                    Level.WARNING,
                    "Callers stay though this host is being drained: after {0} s their calls are refused",
                    PATIENCE.toSeconds());
        }
        // Whoever comes once nothing runs is refused at once, rather than by a member that has nothing any more.
        senders.refuse(true);
        while (wanted.getAsBoolean() && running.getAsInt() > 0) {
            glance.run();
        }
        if (!wanted.getAsBoolean()) {
            letIn();
            return false;
        }
        return true;
    }

    /// The host takes part again.
    void letIn() {
        senders.refuse(false);
        senders.sendAway(false);
    }
}
