package hearth.invoke.frontend;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.model.ApiException;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.UnsupportedKind;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One invocation on its way through the frontend, step by step in AWS's order of checks.
///
/// Each step calls the next, and each may go on on another thread, but never two at once: what a step writes, the
/// handing over to the next makes visible.
final class Passage implements Waiter {
    private static final Logger LOG = System.getLogger(Passage.class.getName());
    private static final byte[] NOTHING = {};
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    /// Checking more would keep the event loop for too long.
    private static final int CHECKED_AT_ONCE = 64 * 1024;

    /// An environment may die between its assignment and the invocation; that several do is no accident.
    private static final int MAX_ASSIGNMENTS = 4;

    /// AWS refuses while a function is `Pending`, which here lasts milliseconds: to whoever publishes a version and
    /// invokes it in the next line, waiting that long is no worse than a slow answer.
    private static final Duration PENDING_PATIENCE = Duration.ofSeconds(2);

    private final Frontend frontend;
    private final InvocationRequest request;
    private final Answer answer;
    private final Instant received;
    private InvocationType type = InvocationType.REQUEST_RESPONSE;
    private @Nullable Destination destination;
    private @Nullable Assignment assignment;
    private int assignments;
    /// Where an answer in pieces goes; null until it begins.
    private @Nullable AnswerStream pieces;

    private long lastPiece;
    private InvocationProgress.@Nullable Piece early;
    /// On the clock of `System.nanoTime`: when an environment was asked for, and when it was given.
    private long asked;
    private long given;

    /// What is known once the function is.
    private record Destination(FunctionVersion version, Invocation invocation) {}

    Passage(Frontend frontend, InvocationRequest request, InvocationResponder responder) {
        this.frontend = frontend;
        this.request = request;
        this.answer = new Answer(responder, () -> frontend.running.remove(request.requestId()));
        this.received = frontend.clock.instant();
    }

    void begin() {
        guarded(() -> {
            RequestCheck.check(request);
            var target = Target.of(request);
            type = request.type();
            var wantsLogTail = "Tail".equals(request.logType());
            var clientContext = Optional.ofNullable(request.clientContext()).map(ClientContext::decode);
            checkSize();
            var invocation = new Invocation(
                    request.requestId(),
                    target.invokedArn(),
                    request.payload().length == 0 ? EMPTY_OBJECT : request.payload(),
                    clientContext.orElse(null),
                    frontend.traces.headerFor(request.traceHeader()),
                    received,
                    wantsLogTail,
                    request.streams());
            resolve(target, invocation);
        });
    }

    private void resolve(Target target, Invocation invocation) {
        frontend.functions.find(
                target.function(), target.qualifier(), found -> guarded(() -> resolved(target, invocation, found)));
    }

    private void checkSize() {
        var size = request.payload().length;
        if (size > Refusals.MAX_PAYLOAD) {
            throw Refusals.payloadTooLarge(request.operation());
        }
        if (type == InvocationType.EVENT && size > Refusals.MAX_EVENT_PAYLOAD) {
            throw Refusals.eventTooLarge(size);
        }
    }

    private void resolved(Target target, Invocation invocation, Lookup lookup) {
        var version =
                switch (lookup) {
                    case Lookup.Found(var routing) -> frontend.choose(routing);
                    case Lookup.Missing() -> throw Refusals.noSuchFunction(target.lookedUpArn());
                    case Lookup.Unreachable _ -> throw Refusals.storeUnreachable();
                };
        if (version.state() == FunctionState.PENDING && awaitActive(target, invocation, lookup)) {
            return;
        }
        if (version.state() != FunctionState.ACTIVE) {
            throw Refusals.notInvocable(version.state());
        }
        destination = new Destination(version, invocation);
        if (invocation.payload().length <= CHECKED_AT_ONCE) {
            checkPayloadAndRun();
        } else {
            frontend.background.execute(() -> guarded(this::checkPayloadAndRun));
        }
    }

    /// Has a function that was just made or published looked up again once it has changed.
    ///
    /// @return false when it took too long already
    private boolean awaitActive(Target target, Invocation invocation, Lookup seen) {
        var until = received.plus(PENDING_PATIENCE);
        return frontend.clock.instant().isBefore(until)
                && frontend.functions.awaitChange(
                        target.function(),
                        target.qualifier(),
                        seen,
                        until.toEpochMilli(),
                        () -> guarded(() -> resolve(target, invocation)));
    }

    private void checkPayloadAndRun() {
        PayloadCheck.check(destination().invocation().payload());
        checkRunnable(destination().version());
        switch (type) {
            case DRY_RUN -> answer.give(InvocationResponse.noContent());
            case EVENT -> throw Refusals.noEvents(request.operation());
            case REQUEST_RESPONSE -> run();
        }
    }

    /// A tenant is to be named where environments are kept apart by tenant, and nowhere else.
    private void checkRunnable(FunctionVersion version) {
        var obstacle = version.obstacle();
        boolean isolatesTenants =
                obstacle.filter(UnsupportedKind.TENANT_ISOLATION::equals).isPresent();
        if (isolatesTenants != (request.tenantId() != null)) {
            throw isolatesTenants ? Refusals.tenantMissing() : Refusals.tenantNeedless();
        }
        if (obstacle.isPresent()) {
            throw Refusals.notRunnable(obstacle.get());
        }
    }

    private void run() {
        switch (frontend.counting.admit(destination().version())) {
            case Admission.Throttled(var reason) -> {
                frontend.meter.throttled(destination().version().function(), reason);
                throw Refusals.throttled(reason);
            }
            case Admission.Admitted(var granted) -> answer.holds(granted);
        }
        frontend.running.put(request.requestId(), this);
        asked = System.nanoTime();
        acquire();
    }

    private void acquire() {
        assignments++;
        frontend.workers.acquire(destination().version(), this);
    }

    @Override
    public void served(Assignment assignment) {
        this.assignment = assignment;
        given = System.nanoTime();
        frontend.meter.assigned(destination().version().function(), given - asked);
        try {
            var command = new WorkerCommand.Invoke(
                    assignment.reservation(), destination().invocation());
            frontend.links.send(assignment.worker(), command);
        } catch (RuntimeException e) {
            // What the environment does now is unknown.
            frontend.workers.refused(assignment.reservation());
            defect(e);
        }
    }

    @Override
    public void failed(Unavailable why) {
        if (why instanceof Unavailable.NoCapacity) {
            frontend.meter.throttled(
                    destination().version().function(), ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        }
        answer.refuse(Refusals.noEnvironment(why, destination().version()));
    }

    /// Whether it runs, or is to run, under this reservation now.
    boolean isUnder(Reservation reservation) {
        return assignment != null && assignment.reservation().equals(reservation);
    }

    void happened(InvocationProgress event) {
        switch (event) {
            case InvocationProgress.Began _ -> guarded(this::begins);
            case InvocationProgress.Piece piece -> guarded(() -> passOn(piece));
            case InvocationProgress.Ended(var _, var _, var outcome) -> ended(outcome);
        }
    }

    private void begins() {
        if (pieces == null && !answer.isGiven()) {
            pieces = answer.begin(response(NOTHING, null, null));
            if (early != null) {
                passOn(early);
            }
        }
    }

    /// One piece at a time is on its way, so only the beginning can come behind the first.
    private void passOn(InvocationProgress.Piece piece) {
        if (pieces == null) {
            early = piece;
        } else if (piece.number() == lastPiece + 1) {
            lastPiece++;
            pieces.write(
                    piece.bytes(), () -> frontend.credit(piece.reservation().worker(), piece));
        }
    }

    private void ended(InvocationOutcome outcome) {
        guarded(() -> {
            frontend.meter.ended(destination().version(), outcome, System.nanoTime() - given);
            switch (outcome) {
                case InvocationOutcome.Answered(var payload, var _, var logTail) ->
                    answer.give(response(payload, null, logTail));
                case InvocationOutcome.Streamed(var logTail) -> answer.give(response(NOTHING, null, logTail));
                case InvocationOutcome.Failed(var payload, var error, var logTail) ->
                    answer.give(
                            response(payload, request.streams() ? error : InvocationOutcome.Failed.UNHANDLED, logTail));
                case InvocationOutcome.NotRunnable why -> throw Refusals.notRunnable(why);
                case InvocationOutcome.Refused(var reason) -> tryAnother(reason);
            }
        });
    }

    /// Whatever type the runtime gave its answer, AWS says that it is JSON.
    private InvocationResponse response(byte[] payload, @Nullable String functionError, byte @Nullable [] logTail) {
        return new InvocationResponse(
                200,
                payload,
                "application/json",
                destination().version().version(),
                functionError,
                logTail == null ? null : Base64.getEncoder().encodeToString(logTail),
                destination().invocation().traceHeader());
    }

    private void tryAnother(String reason) {
        if (answer.isGiven() || assignment == null) {
            return;
        }
        LOG.log(
                Level.DEBUG,
                "Environment {0} refused: {1}",
                assignment.reservation().environment(),
                reason);
        frontend.workers.refused(assignment.reservation());
        if (assignments == MAX_ASSIGNMENTS) {
            throw Refusals.keepsBeingRefused();
        }
        acquire();
    }

    private Destination destination() {
        if (destination == null) {
            throw new IllegalStateException("The function is not resolved yet");
        }
        return destination;
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (ApiException refusal) {
            answer.refuse(refusal);
        } catch (RuntimeException e) {
            defect(e);
        }
    }

    private void defect(RuntimeException e) {
        LOG.log(Level.ERROR, "Invocation " + request.requestId() + " failed within Hearth", e);
        answer.refuse(Refusals.defect());
    }
}
