package hearth.invoke.frontend;

import hearth.invoke.counting.CountingService;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.workermanager.WorkerManager;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Takes an invocation in and answers it: checks, resolves, admits, gets an environment, and hands the payload to
/// its worker.
///
/// Stateless but for its cache of functions. On the warm path everything happens on the event loop that calls
/// `invoke`, up to the runtime's waiting connection and back; nothing here blocks.
public final class Frontend {
    final FunctionCache functions;
    final CountingService counting;
    final WorkerManager workers;
    final TraceHeaders traces;
    private final RandomGenerator random;
    final Executor background;
    final InstantSource clock;
    final InvocationMeter meter;

    /// @param background runs what is too long for an event loop
    public Frontend(
            FunctionCache functions,
            CountingService counting,
            WorkerManager workers,
            Executor background,
            InstantSource clock,
            RandomGenerator random,
            InvocationMeter meter) {
        this.functions = functions;
        this.counting = counting;
        this.workers = workers;
        this.traces = new TraceHeaders(random, clock);
        this.random = random;
        this.background = background;
        this.clock = clock;
        this.meter = meter;
    }

    FunctionVersion choose(Routing routing) {
        return routing.additional().isEmpty() ? routing.version() : routing.choose(random.nextDouble());
    }

    /// Runs one invocation and answers through the responder. Should the caller hang up, the invocation runs to its
    /// end all the same, as AWS's do, and its answer is dropped.
    public void invoke(InvocationRequest request, InvocationResponder responder) {
        new Passage(this, request, responder).begin();
    }
}
