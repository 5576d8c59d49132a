package hearth.worker.environment;

import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationOutcome.Streamed;
import hearth.model.worker.InvocationProgress.Began;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.Reservation;
import hearth.worker.logs.PlatformRecord.Status;
import hearth.worker.runtimeapi.InvocationEvent;
import hearth.worker.runtimeapi.PieceSink;
import hearth.worker.runtimeapi.RuntimePost;
import hearth.worker.runtimeapi.RuntimePost.FunctionError;
import io.netty.channel.EventLoop;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The INVOKE phase of one invocation: what came of it, whom it still awaits, and who is to be told when.
///
/// The first outcome counts. The caller hears of it at once, or, if it wants the end of the log, when the phase
/// has ended and the log is whole.
final class InvokePhase {
    private static final System.Logger LOG = System.getLogger(InvokePhase.class.getName());

    private final Invocation invocation;
    private final Reservation reservation;
    private final InvocationObserver events;
    private final AwaitedParties awaited = AwaitedParties.ofRuntime();
    private long startNanos;
    private long deadlineNanos;
    /// Null unless its answer has begun piece by piece.
    private @Nullable PacedStream stream;

    private @Nullable InvocationOutcome outcome;
    private Status status = Status.SUCCESS;
    /// Whether the platform found the failure, and not the function told of it.
    private boolean faulty;
    private long producedBytes;
    /// How long it took, where that is not the time until the end of the phase.
    private @Nullable Duration fixedDuration;

    /// @param events hears how the invocation goes
    InvokePhase(Invocation invocation, Reservation reservation, InvocationObserver events) {
        this.invocation = invocation;
        this.reservation = reservation;
        this.events = events;
    }

    /// The environment takes it.
    void begin(long nanos, Duration timeout) {
        events.taken();
        startNanos = nanos;
        deadlineNanos = nanos + timeout.toNanos();
    }

    /// The environment has been restored for it: its time begins now.
    void restored(long nanos, Duration timeout) {
        startNanos = nanos;
        deadlineNanos = nanos + timeout.toNanos();
    }

    Invocation invocation() {
        return invocation;
    }

    /// The number of the reservation under which it runs.
    long reservation() {
        return reservation.number();
    }

    /// When its time is up, on the loop's clock.
    long deadlineNanos() {
        return deadlineNanos;
    }

    /// One of those who see an invocation to its end has done so.
    ///
    /// @return whether all have
    boolean done(String party) {
        return awaited.done(party);
    }

    /// What the runtime is handed.
    InvocationEvent event(Instant now, long nanos) {
        return new InvocationEvent(
                invocation.requestId(),
                now.plusNanos(deadlineNanos - nanos).toEpochMilli(),
                invocation.invokedArn(),
                invocation.traceHeader(),
                invocation.clientContext(),
                invocation.tenant(),
                invocation.payload());
    }

    Status status() {
        return status;
    }

    boolean faulty() {
        return faulty;
    }

    long producedBytes() {
        return producedBytes;
    }

    Duration duration(long nanos) {
        return fixedDuration != null ? fixedDuration : elapsed(nanos);
    }

    /// How long it runs now.
    Duration elapsed(long nanos) {
        return Duration.ofNanos(nanos - startNanos);
    }

    /// Where the pieces of an answer go; null if the caller waits for the whole.
    @Nullable
    PieceSink begins(String contentType, EventLoop loop, Guard guard, StreamPace pace) {
        if (!invocation.streams()) {
            return null;
        }
        var requestId = invocation.requestId();
        events.accept(new Began(requestId, reservation, contentType));
        stream = new PacedStream(
                (number, piece) -> events.accept(new Piece(requestId, reservation, number, piece)), loop, guard, pace);
        return stream;
    }

    /// Pieces of its answer have been taken, so many in all.
    void credited(long pieces) {
        if (stream != null) {
            stream.credited(pieces);
        }
    }

    /// What the runtime posted of it.
    void posted(RuntimePost post) {
        switch (post) {
            case RuntimePost.Response(var body, var contentType) -> answered(body, contentType);
            case RuntimePost.Streamed(var bytes) -> streamed(bytes);
            case RuntimePost.FunctionError(var body, var errorType) -> failed(body, errorType, Failed.UNHANDLED);
            case RuntimePost.InitError(var body, var errorType) -> failed(body, errorType, Failed.UNHANDLED);
            case RuntimePost.BrokenOff(var body, var errorType) ->
                failed(body, errorType, errorType.equals(FunctionError.UNKNOWN) ? Failed.UNHANDLED : errorType);
            case RuntimePost.TooLarge(var limit) ->
                failed(Fault.tooLargePayload(limit), Fault.TOO_LARGE_TYPE, Failed.UNHANDLED);
            case RuntimePost.Truncated _ -> failed(Fault.TRUNCATED);
            // The environment has ended the invocation, in words of its own.
            case RuntimePost.RestoreError _ -> {}
            case RuntimePost.InvalidResponseMode _ -> failed(Fault.INVALID_RESPONSE_MODE);
        }
    }

    private void streamed(long bytes) {
        producedBytes = bytes;
        decide(new Streamed(null));
    }

    private void answered(byte[] payload, String contentType) {
        producedBytes = payload.length;
        decide(new Answered(payload, contentType, null));
    }

    private void failed(Fault fault) {
        failed(fault.payload(invocation.requestId()), fault.errorType(), Failed.UNHANDLED);
    }

    /// @param error what kind of failure the caller is told of
    private void failed(byte[] payload, String errorType, String error) {
        producedBytes = payload.length;
        status = Status.error(errorType);
        decide(new Failed(payload, error, null));
    }

    /// The platform found that the function failed.
    ///
    /// @param nanos when; the invocation took until then
    void faulted(Fault fault, long nanos) {
        fixedDuration = elapsed(nanos);
        mark(Status.error(fault.errorType()));
        decide(new Failed(fault.payload(invocation.requestId()), Failed.UNHANDLED, null));
    }

    void timedOut(Duration timeout) {
        fixedDuration = timeout;
        mark(Status.TIMEOUT);
        decide(new Failed(Fault.timeout(timeout).payload(invocation.requestId()), Failed.UNHANDLED, null));
    }

    /// The environment does not take it: it is over before it began.
    void refused(String reason) {
        tell(new Refused(reason));
    }

    /// Hearth cannot run the function.
    void notRunnable(NotRunnable why) {
        mark(Status.error(Fault.WORKER_CLOSED.errorType()));
        decide(why);
    }

    /// Its caller was told, while the runtime is not done with it: what it answers falls away.
    void leaveBehind() {
        if (stream != null) {
            stream.discard();
        }
    }

    private void mark(Status status) {
        this.status = status;
        faulty = true;
    }

    private void decide(InvocationOutcome outcome) {
        if (this.outcome == null) {
            this.outcome = outcome;
            if (!invocation.wantsLogTail()) {
                tell(outcome);
            }
        }
    }

    /// The phase is over.
    ///
    /// @param logTail null unless the caller wants it
    void end(byte @Nullable [] logTail) {
        if (invocation.wantsLogTail() && outcome != null) {
            tell(
                    switch (outcome) {
                        case Answered(var payload, var contentType, var _) ->
                            new Answered(payload, contentType, logTail);
                        case Streamed _ -> new Streamed(logTail);
                        case Failed(var payload, var error, var _) -> new Failed(payload, error, logTail);
                        case InvocationOutcome other -> other;
                    });
        }
    }

    private void tell(InvocationOutcome told) {
        try {
            events.accept(new Ended(invocation.requestId(), reservation, told));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "The end of invocation " + invocation.requestId() + " could not be told", e);
        }
    }
}
