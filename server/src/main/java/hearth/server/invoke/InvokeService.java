package hearth.server.invoke;

import hearth.events.AsyncInvocations;
import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.Resolution;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.ApiException;
import hearth.model.DiskFull;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.UnsupportedKind;
import hearth.model.worker.Invocation;
import hearth.server.access.Access;
import hearth.server.access.FunctionAccess;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;

/// `Invoke`, `InvokeWithResponseStream` and `InvokeAsync`: each request is checked in AWS's order, its function
/// resolved, and what is left is dispatched; or kept as an event, if the caller does not wait for it.
///
/// Of a function that is known all of it happens on the event loop that calls.
public final class InvokeService implements InvokeOperation {
    private static final Logger LOG = System.getLogger(InvokeService.class.getName());
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    /// Checking more would keep the event loop for too long.
    private static final int CHECKED_AT_ONCE = 64 * 1024;

    private final FunctionResolver functions;
    private final FunctionAccess access;
    private final Dispatch dispatch;
    private final AsyncInvocations events;
    private final TraceHeaders traces;
    private final Executor background;
    private final InstantSource clock;
    private final InvocationMeter meter;

    /// @param background runs what is too long for an event loop
    public InvokeService(
            FunctionResolver functions,
            Dispatch dispatch,
            AsyncInvocations events,
            TraceHeaders traces,
            Executor background,
            InstantSource clock,
            InvocationMeter meter) {
        this.functions = functions;
        this.access = new FunctionAccess(functions, clock);
        this.dispatch = dispatch;
        this.events = events;
        this.traces = traces;
        this.background = background;
        this.clock = clock;
        this.meter = meter;
    }

    @Override
    public void invoke(InvokeRequest request, InvokeResponder responder) {
        var call = new Call(request, responder);
        call.guarded(call::begin);
    }

    /// One request on its way. Each step calls the next, and each may go on on another thread, but never two at once.
    private final class Call {
        private final InvokeRequest request;
        private final InvokeResponder responder;

        Call(InvokeRequest request, InvokeResponder responder) {
            this.request = request;
            this.responder = responder;
        }

        void begin() {
            RequestCheck.check(request);
            var target = InvokeTarget.of(request);
            var type = request.type();
            var clientContext = Optional.ofNullable(request.clientContext()).map(ClientContext::decode);
            checkSize(type);
            var payload = request.payload();
            var invocation = new Invocation(
                    request.requestId(),
                    target.invokedArn(),
                    payload.length == 0 ? EMPTY_OBJECT : payload,
                    clientContext.orElse(null),
                    request.tenantId(),
                    traces.headerFor(request.traceHeader()),
                    clock.instant(),
                    "Tail".equals(request.logType()),
                    request.streams());
            if (request.caller().isOf(target.function().account())) {
                resolve(target, type, invocation);
            } else {
                access.decide(
                        target.function(),
                        target.named(),
                        request.caller().requester(),
                        request.action(),
                        request.caller().keys(request.remote()),
                        decided -> guarded(() -> letIn(decided, target, type, invocation)));
            }
        }

        /// Goes on for a caller of another account, if the function's owner lets it in.
        private void letIn(Access decided, InvokeTarget target, InvocationType type, Invocation invocation) {
            switch (decided) {
                case Access.Refused(var refusal) -> throw refusal;
                case Access.Unreachable() -> throw Refusals.storeUnreachable();
                case Access.Allowed() when invocation.wantsLogTail() -> throw Refusals.foreignLog();
                case Access.Allowed() -> resolve(target, type, invocation);
            }
        }

        private void resolve(InvokeTarget target, InvocationType type, Invocation invocation) {
            functions.resolve(
                    target.function(),
                    target.qualifier(),
                    resolution -> guarded(() -> resolved(target, type, invocation, resolution)));
        }

        private void checkSize(InvocationType type) {
            var size = request.payload().length;
            if (size > Refusals.MAX_PAYLOAD) {
                throw Refusals.payloadTooLarge(request.operation());
            }
            if (type == InvocationType.EVENT && size > Refusals.MAX_EVENT_PAYLOAD) {
                throw Refusals.eventTooLarge(size);
            }
        }

        private void resolved(InvokeTarget target, InvocationType type, Invocation invocation, Resolution resolution) {
            var found =
                    switch (resolution) {
                        case Resolution.Resolved resolved -> resolved;
                        case Resolution.Missing() -> throw Refusals.noSuchFunction(target.lookedUpArn());
                        case Resolution.Unreachable() -> throw Refusals.storeUnreachable();
                        case Resolution.NotActive(var state, var _) -> throw Refusals.notInvocable(state);
                    };
            if (invocation.payload().length <= CHECKED_AT_ONCE) {
                checkPayloadAndRun(target, type, found, invocation);
            } else {
                background.execute(() -> guarded(() -> checkPayloadAndRun(target, type, found, invocation)));
            }
        }

        private void checkPayloadAndRun(
                InvokeTarget target, InvocationType type, Resolution.Resolved found, Invocation invocation) {
            PayloadCheck.check(invocation.payload());
            checkRunnable(found.version());
            switch (type) {
                case DRY_RUN -> responder.noContent();
                case EVENT ->
                    events.accept(target.function(), target.qualifier(), invocation, new Accepting(invocation));
                case REQUEST_RESPONSE ->
                    run(found.version(), found.recursion().enter(invocation.traceHeader()), invocation);
            }
        }

        private void run(FunctionVersion version, RecursionGuard.Round round, Invocation received) {
            if (round.isStopped()) {
                meter.recursionStopped(version.function());
                throw Refusals.recursive();
            }
            var invocation = received.tracedBy(round.traceHeader());
            dispatch.run(version, invocation, Dispatch.AMPLE_PATIENCE, new Answering(version, invocation));
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

        /// Runs a step, whose failure is the answer.
        void guarded(Runnable step) {
            try {
                step.run();
            } catch (ApiException refusal) {
                responder.refuse(refusal);
            } catch (Throwable defect) {
                meter.defect();
                LOG.log(Level.ERROR, "Invocation " + request.requestId() + " failed within Hearth", defect);
                responder.refuse(Refusals.defect());
            }
        }

        /// Tells the caller that the event is kept.
        private final class Accepting implements AsyncInvocations.Listener {
            private final Invocation invocation;

            Accepting(Invocation invocation) {
                this.invocation = invocation;
            }

            @Override
            public void accepted() {
                guarded(() -> responder.accepted(invocation.traceHeader()));
            }

            @Override
            public void refused(Throwable cause) {
                boolean full = DiskFull.isCauseOf(cause);
                if (full) {
                    LOG.log(
                            Level.WARNING,
                            "THE DISK OF THE DATA FOLDER IS FULL: event {0} was refused, and so is all that needs room",
                            request.requestId());
                } else {
                    LOG.log(Level.ERROR, "Event " + request.requestId() + " could not be kept", cause);
                }
                guarded(() -> {
                    throw full ? Refusals.diskFull() : Refusals.eventNotKept();
                });
            }
        }

        /// Puts what comes of the invocation in AWS's words.
        private final class Answering implements DispatchListener {
            private final FunctionVersion version;
            private final AnswerHead head;

            Answering(FunctionVersion version, Invocation invocation) {
                this.version = version;
                this.head = AnswerHead.of(version, invocation);
            }

            @Override
            public AnswerStream begins(String contentType) {
                return responder.begin(head);
            }

            @Override
            public void ended(DispatchOutcome outcome) {
                guarded(() -> {
                    switch (outcome) {
                        case DispatchOutcome.Ran ran -> responder.answer(head, ran);
                        case DispatchOutcome.Throttled(var reason) -> throw Refusals.throttled(reason);
                        case DispatchOutcome.NotRunnable(var why) -> throw Refusals.notRunnable(why);
                        case DispatchOutcome.Unavailable(var reason) -> throw Refusals.unavailable(reason, version);
                    }
                });
            }
        }
    }
}
