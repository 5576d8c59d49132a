package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.Service;
import hearth.server.metrics.MetricsEndpoint;
import java.util.Optional;

/// What a process answers that only runs functions: how it is, and nothing else.
public final class WorkerApi implements Service {
    private final Health health;
    private final Optional<MetricsEndpoint> metrics;

    /// @param metrics empty where nobody may see them
    public WorkerApi(Health health, Optional<MetricsEndpoint> metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    @Override
    public RequestHandler admit(RequestHead head, Exchange exchange) {
        if (Health.isAsked(head.path())) {
            return health.intake(head, exchange);
        }
        if (metrics.isPresent() && head.path().equals(MetricsEndpoint.PATH)) {
            return metrics.get().intake(head, exchange);
        }
        throw new ApiException(
                ApiError.SERVICE_UNAVAILABLE,
                "This is a worker, which has no API: ask the frontend that it has joined.");
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
}
