package hearth.server.api;

import hearth.cluster.PackageUnavailableException;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.DiskFull;
import hearth.model.api.ApiOperation;
import hearth.model.api.QueryParameters;
import hearth.model.api.RequestBody;
import hearth.model.api.RequestParts;
import hearth.model.api.Route;
import hearth.model.api.Routes;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Authentication;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustedHosts;
import hearth.server.download.CodeDownloads;
import hearth.server.download.CodeUrls;
import hearth.server.http.AnsweredRequest;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.RequestSubject;
import hearth.server.http.Service;
import hearth.server.invoke.EventStreamResponder;
import hearth.server.invoke.InvokeOperation;
import hearth.server.invoke.InvokeRequest;
import hearth.server.invoke.WholeResponder;
import hearth.server.metrics.MetricsEndpoint;
import hearth.server.records.AuditLog;
import hearth.server.records.Records;
import hearth.server.services.OtherServices;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The Lambda API behind a listener. Invocations stay on the event loop that read them; all other operations run on
/// threads of their own, so many at a time.
public final class LambdaApi implements Service {
    private static final System.Logger LOG = System.getLogger(LambdaApi.class.getName());

    /// Control operations that run at once; more of them wait for their turn.
    private static final int OPERATIONS_AT_ONCE = 64;

    /// To decode a body smaller than this costs less than to hand it over.
    private static final int SMALL_BODY = 64 << 10;

    /// What the framing of `aws-chunked` may add to a body: chunks have 8 KiB at least.
    private static final int FRAMING_SHARE = 32;

    private static final int FRAMING_LEAST = 8 << 10;

    private final Optional<TrustedHosts> hosts;
    private final Authenticator authenticator;
    private final InvokeOperation invoke;
    private final ControlOperations control;
    private final Health health;
    private final CodeDownloads downloads;
    private final BodyLimits bodies;
    private final Records records;
    private final Optional<MetricsEndpoint> metrics;
    private final Consumer<AnsweredRequest> counting;
    private final Executor threads;
    private final Semaphore turns;

    /// @param hosts whose names requests may call; empty where signatures say who sends them
    /// @param largestZip that a request may carry
    /// @param records what is kept of requests
    /// @param metrics empty where nobody may see them
    /// @param counting told of each request at its end
    /// @param threads runs what may block; an unbounded executor of virtual threads
    public LambdaApi(
            Optional<TrustedHosts> hosts,
            Authenticator authenticator,
            InvokeOperation invoke,
            ControlOperations control,
            Health health,
            CodeDownloads downloads,
            Bytes largestZip,
            Records records,
            Optional<MetricsEndpoint> metrics,
            Consumer<AnsweredRequest> counting,
            Executor threads) {
        this.hosts = hosts;
        this.authenticator = authenticator;
        this.invoke = invoke;
        this.control = control;
        this.health = health;
        this.downloads = downloads;
        this.bodies = BodyLimits.of(largestZip);
        this.records = records;
        this.metrics = metrics;
        this.counting = counting;
        this.threads = threads;
        this.turns = new Semaphore(OPERATIONS_AT_ONCE);
    }

    private LambdaApi(LambdaApi same, Authenticator authenticator) {
        this.hosts = Optional.empty();
        this.authenticator = authenticator;
        this.invoke = same.invoke;
        this.control = same.control;
        this.health = same.health;
        this.downloads = same.downloads;
        this.bodies = same.bodies;
        this.records = same.records;
        // They tell of every account.
        this.metrics = Optional.empty();
        this.counting = same.counting;
        this.threads = same.threads;
        this.turns = same.turns;
    }

    /// The same API for callers who are known by the way that they come, whatever name they call it.
    public LambdaApi authenticatedBy(Authenticator other) {
        return new LambdaApi(this, other);
    }

    @Override
    public RequestHandler admit(RequestHead head, Exchange exchange) {
        if (hosts.isPresent()) {
            hosts.get().check(head);
        }
        if (Health.isAsked(head.path())) {
            return health.intake(head, exchange);
        }
        if (metrics.isPresent() && head.path().equals(MetricsEndpoint.PATH)) {
            return metrics.get().intake(head, exchange);
        }
        if (head.path().startsWith(CodeUrls.PATH)) {
            return downloads.intake(head, exchange);
        }
        return switch (Routes.match(head.method(), head.path(), head.query())) {
            case Route.Matched(var operation, var pathParameters) ->
                new Operation(head, exchange, authenticator.begin(head), operation, pathParameters);
            case Route.WrongMethod(var allowed) ->
                unserved(
                        head,
                        exchange,
                        new ApiException(
                                ApiError.METHOD_NOT_ALLOWED,
                                "The method " + head.method() + " is not one of " + String.join(", ", allowed) + "."));
            case Route.Unknown() ->
                unserved(
                        head,
                        exchange,
                        new ApiException(
                                ApiError.UNKNOWN_OPERATION,
                                "There is no operation at " + head.method() + " " + head.path()));
        };
    }

    /// A request that Lambda has no operation for may be one for another service.
    private RequestHandler unserved(RequestHead head, Exchange exchange, ApiException refusal) {
        return OtherServices.intake(head, exchange, authenticator).orElseGet(() -> {
            authenticator.begin(head);
            throw refusal;
        });
    }

    @Override
    public void answered(AnsweredRequest request) {
        counting.accept(request);
        records.answered(request);
    }

    @Override
    public HttpResponse refusal(ApiException refusal) {
        return HttpResponse.of(refusal);
    }

    @Override
    public HttpResponse fault() {
        return HttpResponse.of(
                new ApiException(ApiError.SERVICE, "An error occurred and the request cannot be processed."));
    }

    /// A request whose operation is known.
    private final class Operation implements RequestHandler, RequestSubject {
        private final RequestHead head;
        private final Exchange exchange;
        private final Authentication authentication;
        private final ApiOperation operation;
        private final Map<String, String> pathParameters;
        private @Nullable AuthenticatedCaller proven;
        /// What the body names, where no path does.
        private String named = "";

        Operation(
                RequestHead head,
                Exchange exchange,
                Authentication authentication,
                ApiOperation operation,
                Map<String, String> pathParameters) {
            this.head = head;
            this.exchange = exchange;
            this.authentication = authentication;
            this.operation = operation;
            this.pathParameters = pathParameters;
            exchange.concerns(this);
        }

        @Override
        public String operation() {
            return operation.wireName();
        }

        @Override
        public String account() {
            return proven == null ? "" : proven.accountName();
        }

        @Override
        public String accessKey() {
            return authentication.accessKey();
        }

        @Override
        public String region() {
            return proven == null ? "" : proven.region().value();
        }

        @Override
        public String resource() {
            return named.isEmpty() ? ResourceName.of(pathParameters) : named;
        }

        @Override
        public int bodyLimit() {
            int limit = bodies.of(operation);
            return authentication.isFramed() ? limit + limit / FRAMING_SHARE + FRAMING_LEAST : limit;
        }

        @Override
        public ApiException tooLarge() {
            return bodies.tooLarge(operation);
        }

        @Override
        public boolean hashesBody() {
            return authentication.needsBodyHash();
        }

        @Override
        public long memory(long body, boolean announced) {
            return BodyLimits.memory(operation, body, announced && !authentication.isFramed());
        }

        @Override
        public void serve(RequestBody body, byte[] sha256) {
            boolean takesLong = authentication.isFramed() && body.length() > SMALL_BODY;
            if (!isInvocation()) {
                if (takesLong) {
                    inTurn(() -> control(proven(body, sha256)));
                } else {
                    var authenticated = proven(body, sha256);
                    inTurn(() -> control(authenticated));
                }
            } else if (takesLong) {
                threads.execute(() -> answering(() -> {
                    var authenticated = proven(body, sha256);
                    exchange.onEventLoop(() -> answering(() -> invoke(authenticated)));
                }));
            } else {
                invoke(proven(body, sha256));
            }
        }

        private boolean isInvocation() {
            return switch (operation) {
                case INVOKE, INVOKE_ASYNC, INVOKE_WITH_RESPONSE_STREAM -> true;
                default -> false;
            };
        }

        private Authentication.Authenticated proven(RequestBody sent, byte[] sha256) {
            var authenticated = authentication.check(sent, sha256);
            proven = authenticated.caller();
            if (authenticated.body().length() > bodies.of(operation)) {
                throw tooLarge();
            }
            return authenticated;
        }

        /// Whatever takes memory or a processor for long, as unframing a package does, waits for its turn first.
        private void inTurn(Runnable work) {
            threads.execute(() -> answering(() -> {
                turns.acquireUninterruptibly();
                try {
                    work.run();
                } finally {
                    turns.release();
                }
            }));
        }

        private void invoke(Authentication.Authenticated authenticated) {
            // Functions get a payload in an array of its own length.
            var payload = RequestBody.of(authenticated.body().toByteArray());
            var request = new InvokeRequest(
                    operation, authenticated.caller(), exchange.remoteAddress(), exchange.requestId(), parts(payload));
            invoke.invoke(
                    request,
                    operation == ApiOperation.INVOKE_WITH_RESPONSE_STREAM
                            ? new EventStreamResponder(exchange)
                            : new WholeResponder(exchange));
        }

        private void control(Authentication.Authenticated authenticated) {
            try {
                var answer = control.handle(
                        authenticated.caller(),
                        exchange.remoteAddress(),
                        operation,
                        parts(authenticated.body()),
                        name -> named = name);
                audit(answer.status(), "");
                exchange.answer(HttpResponse.of(answer));
            } catch (ApiException refusal) {
                audit(refusal.error().status(), refusal.error().wireName());
                throw refusal;
            } catch (RuntimeException | Error fault) {
                audit(ApiError.SERVICE.status(), ApiError.SERVICE.wireName());
                throw fault;
            }
        }

        private void audit(int status, String error) {
            records.asked(
                    this,
                    new AuditLog.Result(exchange.requestId(), exchange.remote(), status, error, exchange.nanos()));
        }

        private RequestParts parts(RequestBody body) {
            var headers = head.headers();
            return new RequestParts(
                    pathParameters,
                    QueryParameters.parse(head.query()),
                    name -> headers.firstIgnoringCase(name).orElse(null),
                    body);
        }

        /// Runs a part of the work away from the listener, which would see to its failures.
        private void answering(Runnable work) {
            try {
                work.run();
            } catch (ApiException refusal) {
                exchange.answer(refusal(refusal));
            } catch (PackageUnavailableException unavailable) {
                LOG.log(
                        Level.WARNING,
                        "{0} {1} was refused: {2}",
                        operation.wireName(),
                        exchange.requestId(),
                        unavailable.getMessage());
                exchange.answer(refusal(new ApiException(
                        ApiError.SERVICE,
                        "Deployment packages cannot be kept or read at the moment. Try again later.")));
            } catch (RuntimeException | Error fault) {
                if (DiskFull.isCauseOf(fault)) {
                    LOG.log(
                            Level.WARNING,
                            "THE DISK OF THE DATA FOLDER IS FULL: {0} {1} was refused, and so is all that needs room",
                            operation.wireName(),
                            exchange.requestId());
                    exchange.answer(refusal(new ApiException(
                            ApiError.SERVICE,
                            "The server's disk is full: nothing is kept until there is room again.")));
                    return;
                }
                LOG.log(Level.ERROR, operation.wireName() + " " + exchange.requestId() + " met a fault", fault);
                exchange.answer(fault());
            }
        }
    }
}
