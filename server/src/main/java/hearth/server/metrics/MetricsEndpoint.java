package hearth.server.metrics;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.server.http.BodylessHandler;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/// `GET /metrics`, in Prometheus's text format. For this host only, because it names functions, and is not signed.
public final class MetricsEndpoint {
    public static final String PATH = "/metrics";

    private static final System.Logger LOG = System.getLogger(MetricsEndpoint.class.getName());

    /// The headers that a proxy adds for a client that is elsewhere.
    private static final List<String> FORWARDED = List.of("x-forwarded-for", "forwarded", "x-real-ip", "via");

    private final PrometheusRegistry registry;
    private final Executor threads;

    /// @param threads runs what gathers the figures
    public MetricsEndpoint(PrometheusRegistry registry, Executor threads) {
        this.registry = registry;
        this.threads = threads;
    }

    /// @throws ApiException for whoever may not see them
    public RequestHandler intake(RequestHead head, Exchange exchange) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            throw new ApiException(
                    ApiError.METHOD_NOT_ALLOWED, "The method " + head.method() + " is not one of GET, HEAD.");
        }
        if (!exchange.isFromThisHost() || isForwarded(head)) {
            throw new ApiException(ApiError.ACCESS_DENIED, "Metrics are told to clients on this host only.");
        }
        return new BodylessHandler(() -> threads.execute(() -> exchange.answer(guardedAnswer())));
    }

    private static boolean isForwarded(RequestHead head) {
        return FORWARDED.stream().anyMatch(name -> head.headers().first(name).isPresent());
    }

    /// Whoever asks is answered, whatever a gauge throws.
    private HttpResponse guardedAnswer() {
        try {
            return answer();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "The figures cannot be gathered", e);
            return new HttpResponse(500, Map.of(), new byte[0]);
        }
    }

    private HttpResponse answer() {
        var text = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HttpResponse(
                200, Map.of("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE), text.toByteArray());
    }
}
