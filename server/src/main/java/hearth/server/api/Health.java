package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.server.http.Bodiless;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.Intake;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// `GET /_hearth/health`: for load balancers and scripts, which do not sign.
public final class Health {
    static final String PATH = "/_hearth/health";

    private final String version;
    private final BooleanSupplier controlPlane;

    /// @param controlPlane whether it runs here
    public Health(String version, BooleanSupplier controlPlane) {
        this.version = version;
        this.controlPlane = controlPlane;
    }

    Intake intake(RequestHead head, Exchange exchange) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            throw new ApiException(
                    ApiError.METHOD_NOT_ALLOWED, "The method " + head.method() + " is not one of GET, HEAD.");
        }
        return new Bodiless(() -> exchange.answer(answer()));
    }

    private HttpResponse answer() {
        var json = "{\"status\":\"ok\",\"version\":\"" + version + "\",\"controlPlane\":"
                + (controlPlane.getAsBoolean() ? "\"running\"" : "\"stopped\"") + "}\n";
        return new HttpResponse(200, Map.of("Content-Type", ApiResponse.JSON), json.getBytes(StandardCharsets.UTF_8));
    }
}
