package hearth.server.urls;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.memory.MemoryBudget;
import hearth.server.access.FunctionAccess;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustedHosts;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RefusedRequestException;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/// Runs functions for requests to their URLs.
///
/// Of a function that is known, and unless bodies are large, all of it happens on the event loop that read the request.
public final class FunctionUrlService {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    private final UrlIndex index;
    private final Running running;

    /// What every request needs to be run.
    ///
    /// @param background runs what is too long for an event loop
    /// @param memory of this process
    record Running(
            UrlAccess access,
            FunctionResolver functions,
            Dispatch dispatch,
            TraceHeaders traces,
            Executor background,
            InstantSource clock,
            MemoryBudget memory,
            InvocationMeter meter) {}

    FunctionUrlService(UrlIndex index, Running running) {
        this.index = index;
        this.running = running;
    }

    /// @param background runs what is too long for an event loop
    /// @param memory of this process
    public static FunctionUrlService of(
            UrlIndex index,
            FunctionResolver functions,
            Dispatch dispatch,
            TraceHeaders traces,
            Executor background,
            InstantSource clock,
            MemoryBudget memory,
            InvocationMeter meter) {
        return new FunctionUrlService(
                index,
                new Running(
                        new PolicyAccess(new FunctionAccess(functions, clock)),
                        functions,
                        dispatch,
                        traces,
                        background,
                        clock,
                        memory,
                        meter));
    }

    /// Judges a request by its head, as [hearth.server.http.Service#admit] does.
    ///
    /// @param hosts empty where signatures say who sends requests
    RequestHandler admit(
            RequestHead head,
            Exchange exchange,
            UrlTarget target,
            Authenticator authenticator,
            Optional<TrustedHosts> hosts) {
        var url = index.find(target.id()).filter(found -> isIn(found, target));
        if (url.isEmpty()) {
            throw new RefusedRequestException(absent(target.id()));
        }
        var found = url.get();
        var request = new UrlRequest(head, exchange, target, found, running);
        exchange.concerns(request);
        if (!METHODS.contains(head.method())) {
            throw new RefusedRequestException(request.completed(UrlRefusals.methodNotAllowed(head.method())));
        }
        request.begin(authenticator, hosts);
        return request;
    }

    private HttpResponse absent(String id) {
        if (index.isUncertain(id)) {
            return UrlRefusals.unavailable();
        }
        return index.wasDeleted(id) ? UrlRefusals.forbidden() : UrlRefusals.unknown();
    }

    /// A host names a region, too.
    private static boolean isIn(FunctionUrl url, UrlTarget target) {
        return target.isByPath() || url.function().region().value().equals(target.region());
    }
}
