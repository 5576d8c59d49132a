package hearth.pollers;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.Resolution;
import hearth.invoke.frontend.TraceHeaders;
import hearth.model.FunctionVersion;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs functions on batches, as any client of the Frontend does. Its methods wait, and so are for virtual threads.
public final class BatchInvoker {
    /// What a synchronous invocation's payload may hold.
    public static final int LARGEST = 6 << 20;

    /// What a poll may well bring: ten messages of 256 KiB.
    private static final long POLL = 10 * (256 << 10);

    /// How long a batch waits for an environment.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FunctionResolver functions;
    private final Dispatch dispatch;
    private final Supplier<String> requestIds;
    private final TraceHeaders traces;
    private final InstantSource clock;
    private final MemoryBudget memory;
    private final Ownership ownership;

    /// @param memory that batches may take
    /// @param ownership of mappings: of those that may be another server's nothing is begun
    public BatchInvoker(
            FunctionResolver functions,
            Dispatch dispatch,
            Supplier<String> requestIds,
            TraceHeaders traces,
            InstantSource clock,
            MemoryBudget memory,
            Ownership ownership) {
        this.functions = functions;
        this.dispatch = dispatch;
        this.requestIds = requestIds;
        this.traces = traces;
        this.clock = clock;
        this.memory = memory;
        this.ownership = ownership;
    }

    /// The version that is to run, or why none is.
    public Resolution resolve(PolledMapping mapping) throws InterruptedException {
        var resolution = new CompletableFuture<Resolution>();
        functions.resolve(mapping.function(), mapping.qualifier(), resolution::complete);
        return await(resolution);
    }

    /// Why no version of a function can run; empty when the one that was found can.
    public static Optional<String> obstacle(Resolution resolution) {
        return switch (resolution) {
            case Resolution.Resolved(var version, var _, var _) ->
                version.obstacle().map(why -> "Hearth cannot run such functions: " + why);
            case Resolution.Missing() -> Optional.of("There is no such function, or no such version or alias of it.");
            case Resolution.NotActive(var state, var _) -> Optional.of("The function is " + state.wireName() + ".");
            case Resolution.Unreachable() -> Optional.of("The function's configuration cannot be read.");
        };
    }

    /// The header that came with a message, or one for a message that brought none.
    public String traceHeader(@Nullable String given) {
        return traces.headerFor(given);
    }

    /// The id of an invocation that nobody had before.
    public String newRequestId() {
        return requestIds.get();
    }

    /// Runs the function to its end, on what its caller holds the memory of.
    ///
    /// @param payload no larger than `LARGEST`
    public BatchOutcome run(PolledMapping mapping, FunctionVersion version, byte[] payload, String traceHeader)
            throws InterruptedException {
        return run(mapping, version, newRequestId(), payload, traceHeader);
    }

    /// The same, under an id that its caller knows.
    public BatchOutcome run(
            PolledMapping mapping, FunctionVersion version, String requestId, byte[] payload, String traceHeader)
            throws InterruptedException {
        if (!isHeld(mapping)) {
            return new BatchOutcome.NotRun("Another server may poll the source by now.");
        }
        var invocation = new Invocation(
                requestId, mapping.functionArn(), payload, null, null, traceHeader, clock.instant(), false, false);
        var outcome = new CompletableFuture<DispatchOutcome>();
        dispatch.run(version, invocation, PATIENCE, outcome::complete);
        return outcome(version, await(outcome));
    }

    /// Whether nobody else can poll the source by now.
    public boolean isHeld(PolledMapping mapping) {
        return ownership.isHeld(mapping.id());
    }

    /// Whether there is memory for what one more poll may bring. Whoever holds some already must not wait for more.
    public boolean hasRoom() {
        return memory.hasRoomFor(Math.min(POLL, memory.largest().count() / 2));
    }

    /// Counts what a poll has brought, be there room for it or not, until it is given back.
    public void hold(long bytes) {
        memory.hold(bytes);
    }

    public void giveBack(long bytes) {
        memory.giveBack(bytes);
    }

    private static BatchOutcome outcome(FunctionVersion version, DispatchOutcome outcome) {
        return switch (outcome) {
            case DispatchOutcome.Answered(var payload, var _, var _) ->
                new BatchOutcome.Succeeded(version.version(), payload);
            case DispatchOutcome.Streamed _ -> new BatchOutcome.Succeeded(version.version(), new byte[0]);
            case DispatchOutcome.FunctionError(var payload, var error, var _) ->
                new BatchOutcome.Failed(version.version(), error, payload);
            case DispatchOutcome.Throttled(var reason) -> new BatchOutcome.NotRun(reason.wireName());
            case DispatchOutcome.NotRunnable(var why) -> new BatchOutcome.NotRun(why.message());
            case DispatchOutcome.Unavailable(var reason) -> new BatchOutcome.NotRun(reason.name());
        };
    }

    private static <T> T await(CompletableFuture<T> outcome) throws InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody completes it with a failure", e);
        }
    }
}
