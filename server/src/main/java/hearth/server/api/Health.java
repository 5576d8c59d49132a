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
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// `GET /_hearth/health` and `/_hearth/ready`: for load balancers and scripts, which do not sign.
///
/// Healthy is a process that answers; there is no reason to start it anew. Ready is one that may be sent invocations.
/// `/_hearth/ready?zone=a` is ready only where the process is in that zone as well, for load balancers that prefer
/// their own.
public final class Health {
    private static final String HEALTH = "/_hearth/health";
    private static final String READY = "/_hearth/ready";
    private static final String ZONE = "zone=";

    private final String version;
    private final BooleanSupplier controlPlane;
    private final Supplier<Optional<String>> obstacle;
    private final String zone;
    private final BooleanSupplier storeAway;
    private final ReadinessWatchers watchers = new ReadinessWatchers();

    /// @param controlPlane whether it runs here
    /// @param obstacle why invocations should go elsewhere; empty while there is no reason
    public Health(String version, BooleanSupplier controlPlane, Supplier<Optional<String>> obstacle) {
        this(version, controlPlane, obstacle, "", () -> false);
    }

    /// @param zone that the process is in; empty for none
    /// @param storeAway whether nothing can be written: known functions are invoked all the same, so it is told
    // only
    public Health(
            String version,
            BooleanSupplier controlPlane,
            Supplier<Optional<String>> obstacle,
            String zone,
            BooleanSupplier storeAway) {
        this.version = version;
        this.controlPlane = controlPlane;
        this.obstacle = obstacle;
        this.zone = zone;
        this.storeAway = storeAway;
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
        return new BodylessHandler(() -> exchange.answer(wantsReady ? ready(head, exchange) : health()));
    }

    /// Waits until load balancers have been told, while there is an obstacle, to send nothing more here; who stopped
    /// asking is not waited for.
    public void awaitWatchers(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!watchers.know(System.nanoTime()) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private HttpResponse ready(RequestHead head, Exchange exchange) {
        var why = obstacle.get().or(() -> wrongZone(head));
        watchers.asked(exchange.remoteAddress(), why.isEmpty(), System.nanoTime());
        var rest = (zone.isEmpty() ? "" : ",\"zone\":" + quoted(zone))
                + (storeAway.getAsBoolean() ? ",\"store\":\"away\"" : "");
        return why.isEmpty()
                ? answer(200, "{\"status\":\"ready\"" + rest + "}\n")
                : answer(503, "{\"status\":\"not ready\",\"reason\":" + quoted(why.get()) + rest + "}\n");
    }

    private Optional<String> wrongZone(RequestHead head) {
        return Arrays.stream(head.query().split("&"))
                .filter(parameter -> parameter.startsWith(ZONE) && !parameter.equals(ZONE + zone))
                .findFirst()
                .map(_ -> zone.isEmpty() ? "this process is in no zone" : "this process is in zone " + zone);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
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
