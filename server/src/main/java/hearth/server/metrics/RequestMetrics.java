package hearth.server.metrics;

import hearth.model.api.ApiOperation;
import hearth.server.http.AnsweredRequest;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The figures of answered requests, by operation and by the hundred of the status: as many figures as the API has
/// operations, whatever callers send.
public final class RequestMetrics {
    private static final int HUNDREDS = 6;

    /// Requests to function URLs, as AWS names the permission to make them.
    public static final String FUNCTION_URLS = "InvokeFunctionUrl";

    private final Map<String, @Nullable CounterDataPoint[]> operations = new HashMap<>();
    private final @Nullable CounterDataPoint[] others = new CounterDataPoint[HUNDREDS];
    private final Counter requests;

    public RequestMetrics(PrometheusRegistry registry) {
        requests = Counter.builder()
                .name("hearth_requests")
                .help("Requests that were answered; of no operation are those that were not understood, and Hearth's"
                        + " own")
                .labelNames("operation", "code")
                .withoutExemplars()
                .register(registry);
        for (var operation : ApiOperation.values()) {
            operations.put(operation.wireName(), new CounterDataPoint[HUNDREDS]);
        }
        operations.put(FUNCTION_URLS, new CounterDataPoint[HUNDREDS]);
    }

    /// Called on event loops.
    public void answered(AnsweredRequest request) {
        var subject = request.subject();
        var operation = subject == null ? "" : subject.operation();
        var counts = operations.getOrDefault(operation, others);
        int hundred = Math.clamp(request.status() / 100, 0, HUNDREDS - 1);
        var count = counts[hundred];
        if (count == null) {
            // Two threads that come at once find the same one.
            count = requests.labelValues(counts == others ? "" : operation, hundred + "xx");
            counts[hundred] = count;
        }
        count.inc();
    }
}
