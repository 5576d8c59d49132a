package hearth.server.urls;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.Resolution;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.api.RequestBody;
import hearth.model.worker.Invocation;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Authentication;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustedHosts;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RefusedRequestException;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.RequestSubject;
import hearth.server.metrics.RequestMetrics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One request to a function URL on its way. Each step calls the next, and each may go on on another thread, but never
/// two at once.
final class UrlRequest implements RequestHandler, RequestSubject {
    private static final Logger LOG = System.getLogger(UrlRequest.class.getName());

    /// To make an event of more, or to read a larger answer, would keep the event loop for too long.
    static final int SMALL = 64 << 10;

    /// What a page gets that has its address from the path: an origin of its own, since all paths here have one
    /// together, which is also that of the API.
    private static final String APART = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

    private final RequestHead head;
    private final Exchange exchange;
    private final UrlTarget target;
    private final FunctionUrl url;
    private final FunctionUrlService.Running running;
    private final boolean preflight;
    /// From its run on with the function's round.
    private String trace;
    /// Null where nobody must sign.
    private @Nullable Authentication authentication;

    private @Nullable AuthenticatedCaller proven;

    /// What the event takes besides what was counted when the request came: that of a text full of control characters.
    private long besides;

    UrlRequest(
            RequestHead head,
            Exchange exchange,
            UrlTarget target,
            FunctionUrl url,
            FunctionUrlService.Running running) {
        this.head = head;
        this.exchange = exchange;
        this.target = target;
        this.url = url;
        this.running = running;
        this.preflight = url.cors().isPresent() && CorsRules.isPreflight(head.method(), head.headers());
        var given = head.headers().first("x-amzn-trace-id");
        this.trace = running.traces()
                .headerFor((url.signed() ? given : given.map(RecursionGuard::withoutRounds)).orElse(null));
    }

    /// Refuses what can be refused by the head alone. Browsers cannot sign what they ask before a request.
    void begin(Authenticator authenticator, Optional<TrustedHosts> hosts) {
        if (preflight || !url.signed()) {
            return;
        }
        try {
            if (hosts.isPresent() && url.cors().filter(this::isAllowedOrigin).isEmpty()) {
                // A page of elsewhere could name any key where keys are believed.
                hosts.get().checkOrigin(head);
            }
            authentication = authenticator.begin(head);
        } catch (ApiException refusal) {
            throw new RefusedRequestException(completed(UrlRefusals.unproven(refusal)));
        }
        if (authentication.accessKey().isEmpty()) {
            throw new RefusedRequestException(completed(UrlRefusals.forbidden()));
        }
    }

    private boolean isAllowedOrigin(CorsRules cors) {
        return cors.allows(head.headers());
    }

    @Override
    public int bodyLimit() {
        return UrlRefusals.LARGEST_EVENT;
    }

    /// The body as it came, and what comes of it in the event.
    @Override
    public long memory(long body, boolean announced) {
        return body + inEvent(body);
    }

    private static long inEvent(long body) {
        return Math.min(2 * body, UrlRefusals.LARGEST_EVENT);
    }

    @Override
    public ApiException tooLarge() {
        return UrlRefusals.tooLarge();
    }

    @Override
    public boolean hashesBody() {
        return authentication != null && authentication.needsBodyHash();
    }

    @Override
    public void serve(RequestBody body, byte[] sha256) {
        if (preflight) {
            url.cors().ifPresent(cors -> answer(cors.preflight(head.headers())));
        } else if (body.length() + lengthOf(head) <= SMALL) {
            guarded(() -> run(body, sha256));
        } else {
            running.background().execute(() -> guarded(() -> run(body, sha256)));
        }
    }

    /// What of a head goes into the event.
    private static int lengthOf(RequestHead head) {
        var headers = new LengthOfHeaders();
        head.headers().forEach(headers);
        return head.path().length() + head.query().length() + headers.characters;
    }

    private static final class LengthOfHeaders implements BiConsumer<String, String> {
        private int characters;

        @Override
        public void accept(String name, String value) {
            characters += name.length() + value.length();
        }
    }

    private void run(RequestBody sent, byte[] sha256) {
        var claim = authentication;
        if (claim == null) {
            decide(sent, sent, Optional.empty());
            return;
        }
        Authentication.Authenticated authenticated;
        try {
            authenticated = claim.check(sent, sha256);
            requireRegion(authenticated.caller());
        } catch (ApiException refusal) {
            answer(UrlRefusals.unproven(refusal));
            return;
        }
        proven = authenticated.caller();
        decide(sent, authenticated.body(), Optional.of(new UrlEvent.Signer(authenticated.caller(), claim.accessKey())));
    }

    private void decide(RequestBody sent, RequestBody body, Optional<UrlEvent.Signer> signer) {
        running.access()
                .decide(
                        url,
                        signer.map(UrlEvent.Signer::caller),
                        peer(),
                        verdict -> guarded(() -> {
                            switch (verdict) {
                                case ALLOWED -> invoke(sent, body, signer);
                                case REFUSED -> answer(UrlRefusals.forbidden());
                                case UNKNOWN -> answer(UrlRefusals.unavailable());
                            }
                        }));
    }

    private void invoke(RequestBody sent, RequestBody body, Optional<UrlEvent.Signer> signer) {
        var now = running.clock().instant();
        byte[] event;
        try {
            event = event(signer, now).json(body.bytes(), body.length(), UrlRefusals.LARGEST_EVENT);
        } catch (UrlEvent.TooLargeException e) {
            answer(UrlRefusals.of(UrlRefusals.tooLarge()));
            return;
        }
        besides = Math.max(0, event.length - inEvent(sent.length()) - SMALL);
        running.memory().hold(besides);
        var invocation =
                new Invocation(exchange.requestId(), url.arn(), event, null, null, trace, now, false, url.streams());
        running.functions()
                .resolve(
                        url.function(), url.qualifier(), resolution -> guarded(() -> resolved(invocation, resolution)));
    }

    /// A signature is made for one region's Lambda.
    private void requireRegion(AuthenticatedCaller caller) {
        if (!caller.region().equals(url.function().region())) {
            throw new ApiException(ApiError.INVALID_SIGNATURE, "Credential should be scoped to a valid region.");
        }
    }

    private UrlEvent event(Optional<UrlEvent.Signer> signer, Instant now) {
        var peer = peer();
        return new UrlEvent(
                head,
                target,
                url,
                target.isByPath() ? url.awsName() : target.domainName(),
                signer,
                peer,
                new UrlEvent.Forwarded(head.headers(), peer, port()),
                exchange.requestId(),
                trace,
                now);
    }

    private void resolved(Invocation invocation, Resolution resolution) {
        switch (resolution) {
            case Resolution.Resolved(var version, var _, var recursion) -> dispatch(version, recursion, invocation);
            // An alias that is gone, or a function that was deleted a moment ago.
            case Resolution.Missing() -> end(UrlRefusals.forbidden());
            case Resolution.NotActive _ -> end(UrlRefusals.failed());
            case Resolution.Unreachable() -> end(UrlRefusals.unavailable());
        }
    }

    private void end(HttpResponse refusal) {
        ended();
        answer(refusal);
    }

    /// The event is needed no longer.
    void ended() {
        running.memory().giveBack(besides);
        besides = 0;
    }

    private void dispatch(FunctionVersion version, RecursionGuard recursion, Invocation invocation) {
        if (version.obstacle().isPresent()) {
            end(UrlRefusals.failed());
            return;
        }
        // Counted and not stopped: AWS does not follow loops through URLs.
        trace = recursion.allowingLoops(true).enter(trace).traceHeader();
        running.dispatch().run(version, invocation.tracedBy(trace), Dispatch.AMPLE_PATIENCE, new UrlAnswer(this));
    }

    boolean streams() {
        return url.streams();
    }

    boolean isHead() {
        return head.method().equals("HEAD");
    }

    Exchange exchange() {
        return exchange;
    }

    FunctionUrlService.Running running() {
        return running;
    }

    /// Sends an answer, with what belongs to every answer of this URL.
    void answer(HttpResponse response) {
        exchange.answer(completed(response));
    }

    HttpResponse completed(HttpResponse response) {
        return new HttpResponse(response.status(), completed(response.headers()), response.cookies(), response.body());
    }

    /// The headers of an answer with those that belong to every answer of this URL.
    Map<String, String> completed(Map<String, String> headers) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        all.put("X-Amzn-Trace-Id", trace);
        if (target.isByPath()) {
            all.merge("Content-Security-Policy", APART, (given, apart) -> given + ", " + apart);
        }
        if (!preflight) {
            url.cors().ifPresent(cors -> cors.addTo(all, head.headers()));
        }
        return all;
    }

    /// Runs a step; whatever it throws is answered.
    void guarded(Runnable step) {
        try {
            step.run();
        } catch (Throwable defect) {
            running.meter().defect();
            ended();
            LOG.log(Level.ERROR, "Request " + exchange.requestId() + " to a function URL failed within Hearth", defect);
            answer(UrlRefusals.failed());
        }
    }

    private String peer() {
        return exchange.remoteAddress();
    }

    /// The port that the client believes it speaks to.
    private String port() {
        var host = head.headers().first("host").orElse("");
        int colon = host.lastIndexOf(':');
        return colon < 0 || host.endsWith("]") ? "80" : host.substring(colon + 1);
    }

    @Override
    public String operation() {
        return RequestMetrics.FUNCTION_URLS;
    }

    @Override
    public String account() {
        return proven == null ? "" : proven.accountName();
    }

    @Override
    public String accessKey() {
        return authentication == null ? "" : authentication.accessKey();
    }

    @Override
    public String region() {
        return url.function().region().value();
    }

    @Override
    public String resource() {
        return url.arn();
    }
}
