package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.server.http.BodylessHandler;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// `GET /_hearth/health` and `/_hearth/ready`: for load balancers and scripts, which do not sign.
///
/// Healthy is a process that answers; there is no reason to start it anew. Ready is one that may be sent
/// invocations.
public final class Health {
    private static final String HEALTH = "/_hearth/health";
    private static final String READY = "/_hearth/ready";

    private final String version;
    private final BooleanSupplier controlPlane;
    private final Supplier<Optional<String>> obstacle;

    /// @param controlPlane whether it runs here
    /// @param obstacle why invocations should go elsewhere; empty while there is no reason
    public Health(String version, BooleanSupplier controlPlane, Supplier<Optional<String>> obstacle) {
        this.version = version;
        this.controlPlane = controlPlane;
        this.obstacle = obstacle;
    }

    static boolean isAsked(String path) {
        return path.equals(HEALTH) || path.equals(READY);
    }

    RequestHandler intake(RequestHead head, Exchange exchange) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            throw new ApiException(
                    ApiError.METHOD_NOT_ALLOWED, "The method " + head.method() + " is not one of GET, HEAD.");
        }
        boolean wantsReady = head.path().equals(READY);
        return new BodylessHandler(() -> exchange.answer(wantsReady ? ready() : health()));
    }

    private HttpResponse ready() {
        var why = obstacle.get();
        return why.isEmpty()
                ? answer(200, "{\"status\":\"ready\"}\n")
                : answer(503, "{\"status\":\"not ready\",\"reason\":\"" + why.get() + "\"}\n");
    }

    private HttpResponse health() {
        var json = "{\"status\":\"ok\",\"version\":\"" + version + "\",\"controlPlane\":"
                + (controlPlane.getAsBoolean() ? "\"running\"" : "\"stopped\"") + "}\n";
        return answer(200, json);
    }

    private static HttpResponse answer(int status, String json) {
        return new HttpResponse(
                status, Map.of("Content-Type", ApiResponse.JSON), json.getBytes(StandardCharsets.UTF_8));
    }
}
