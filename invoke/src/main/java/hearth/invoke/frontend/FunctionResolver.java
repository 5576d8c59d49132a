package hearth.invoke.frontend;

import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Finds the version of a function that runs an invocation: by the qualifier, and for an alias that shares its
/// invocations between two versions by lot.
public final class FunctionResolver {
    private static final Logger LOG = System.getLogger(FunctionResolver.class.getName());

    /// AWS refuses while a function is `Pending`, which here lasts milliseconds: to whoever publishes a version and
    /// invokes it in the next line, waiting that long is no worse than a slow answer.
    private static final Duration PENDING_PATIENCE = Duration.ofSeconds(2);

    private final FunctionCache functions;
    private final RandomGenerator random;
    private final LongSupplier nanos;
    private final InvocationMeter meter;

    /// @param random safe for several threads
    /// @param nanos a clock that nobody sets
    public FunctionResolver(
            FunctionCache functions, RandomGenerator random, LongSupplier nanos, InvocationMeter meter) {
        this.functions = functions;
        this.random = random;
        this.nanos = nanos;
        this.meter = meter;
    }

    /// Looks a function up, and tells the listener: at once on this thread if the function is known, else on another.
    ///
    /// @param qualifier `$LATEST`, a version's number or an alias
    /// @param listener told exactly once; must not block
    public void resolve(FunctionId function, String qualifier, Consumer<Resolution> listener) {
        new Search(function, qualifier, listener).look();
    }

    /// Looks up what is kept of a function, whatever its state. Tells the listener as `resolve` does.
    public void lookUp(FunctionId function, String qualifier, Consumer<Lookup> listener) {
        functions.find(function, qualifier, listener);
    }

    /// The search for one invocation. Only one thread at a time goes on with it.
    private final class Search {
        private final FunctionId function;
        private final String qualifier;
        private final Consumer<Resolution> listener;
        /// By when a function that is `Pending` is to be active.
        private final long until;
        private boolean told;

        Search(FunctionId function, String qualifier, Consumer<Resolution> listener) {
            this.function = function;
            this.qualifier = qualifier;
            this.listener = listener;
            this.until = nanos.getAsLong() + PENDING_PATIENCE.toNanos();
        }

        void look() {
            guarded(() -> functions.find(function, qualifier, lookup -> guarded(() -> found(lookup))));
        }

        private void found(Lookup lookup) {
            switch (lookup) {
                case Lookup.Found found -> found(found);
                case Lookup.Missing() -> tell(new Resolution.Missing());
                case Lookup.Unreachable _ -> tell(new Resolution.Unreachable());
            }
        }

        private void found(Lookup.Found found) {
            var routing = found.routing();
            var version = routing.additional().isEmpty() ? routing.version() : routing.choose(random.nextDouble());
            if (version.state() == FunctionState.PENDING && awaitChange(found)) {
                return;
            }
            tell(
                    version.state() == FunctionState.ACTIVE
                            ? new Resolution.Resolved(version, routing.events(), routing.recursion())
                            : new Resolution.NotActive(version.state(), routing.events()));
        }

        /// @return false when it took too long already
        private boolean awaitChange(Lookup.Found seen) {
            var left = until - nanos.getAsLong();
            return left > 0 && functions.awaitChange(function, qualifier, seen, Duration.ofNanos(left), this::look);
        }

        private void tell(Resolution resolution) {
            if (!told) {
                told = true;
                listener.accept(resolution);
            }
        }

        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (Throwable defect) {
                meter.defect();
                LOG.log(Level.ERROR, "The search for " + function + " failed", defect);
                tell(new Resolution.Unreachable());
            }
        }
    }
}
