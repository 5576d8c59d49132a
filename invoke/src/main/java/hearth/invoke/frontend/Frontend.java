package hearth.invoke.frontend;

import hearth.invoke.counting.CountingService;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Takes an invocation in and answers it: checks, resolves, admits, gets an environment, and hands the payload to
/// its worker.
///
/// Keeps no state but its cache of functions and what runs. On the warm path everything happens on the event loop
/// that calls `invoke`, up to the runtime's waiting connection and back; nothing here blocks.
public final class Frontend {
    final FunctionCache functions;
    final CountingService counting;
    final WorkerManager workers;
    final WorkerLinks links;
    final TraceHeaders traces;
    private final RandomGenerator random;
    final Executor background;
    final InstantSource clock;
    final InvocationMeter meter;

    /// By request id, those that have begun to ask for an environment and are not answered.
    final Map<String, Passage> running = new ConcurrentHashMap<>();

    /// @param background runs what is too long for an event loop
    public Frontend(
            FunctionCache functions,
            CountingService counting,
            WorkerManager workers,
            WorkerLinks links,
            Executor background,
            InstantSource clock,
            RandomGenerator random,
            InvocationMeter meter) {
        this.functions = functions;
        this.counting = counting;
        this.workers = workers;
        this.links = links;
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

    /// What a worker tells of an invocation that was sent to it. One that is not known here is over.
    public void happened(WorkerId from, InvocationProgress event) {
        var passage = running.get(event.requestId());
        if (passage != null && passage.isUnder(event.reservation())) {
            passage.happened(event);
        } else if (event instanceof InvocationProgress.Piece piece) {
            // Nobody wants it, and the function must not wait for that.
            credit(from, piece);
        }
    }

    void credit(WorkerId worker, InvocationProgress.Piece taken) {
        links.send(
                worker, new WorkerCommand.Credit(taken.reservation().environment(), taken.requestId(), taken.number()));
    }
}
