package hearth.server.metrics;

import hearth.events.Backlog;
import hearth.events.EventMeter;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;

/// The figures of asynchronous invocations, named as Lambda names them.
public final class EventMetrics implements EventMeter {
    /// Seconds: from an event that runs at once to the oldest that an event may become.
    private static final double[] AGES = {0.01, 0.1, 1, 10, 60, 300, 3600, 21_600};

    private final PrometheusRegistry registry;
    private final InvocationMeter invocations;
    private final Counter received;
    private final Histogram ages;
    private final Counter dropped;
    private final Counter undeliverable;
    private final Counter delivered;
    private final Counter defects;

    /// @param invocations counts what synchronous and asynchronous ones have together
    public EventMetrics(PrometheusRegistry registry, InvocationMeter invocations) {
        this.registry = registry;
        this.invocations = invocations;
        received = counter("lambda_async_events_received", "Events that were kept to be run");
        ages = Histogram.builder()
                .name("lambda_async_event_age")
                .unit(Unit.SECONDS)
                .help("How old events were when their functions began on them first")
                .classicOnly()
                .classicUpperBounds(AGES)
                .withoutExemplars()
                .register(registry);
        dropped = counter("lambda_async_events_dropped", "Events that were given up, by the condition", "reason");
        undeliverable = counter(
                "lambda_destination_delivery_failures",
                "Events that a destination or a dead letter queue was not told of, and will not be",
                "kind");
        delivered = counter("hearth_destination_deliveries", "Events that a service was told of");
        defects =
                counter("hearth_event_defects", "Failures of Hearth's own with events, each of which its log tells of");
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    /// Shows how long the queues are.
    public void show(Backlog queue) {
        GaugeWithCallback.builder()
                .name("hearth_events_waiting")
                .help("Events that wait for their functions, or run")
                .callback(gauge -> gauge.call((double) queue.waiting()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("hearth_deliveries_waiting")
                .help("Messages that wait for the services that are to hear of events")
                .callback(gauge -> gauge.call((double) queue.undelivered()))
                .register(registry);
    }

    @Override
    public void received(FunctionId function) {
        received.inc();
    }

    @Override
    public void begun(FunctionId function, Duration age) {
        ages.observe(age.toMillis() / 1e3);
    }

    @Override
    public void dropped(FunctionId function, String reason) {
        dropped.labelValues(reason).inc();
    }

    @Override
    public void recursionStopped(FunctionId function) {
        invocations.recursionStopped(function);
    }

    @Override
    public void undeliverable(FunctionId function, boolean deadLetter) {
        undeliverable.labelValues(deadLetter ? "dead-letter" : "destination").inc();
    }

    @Override
    public void delivered(FunctionId function) {
        delivered.inc();
    }

    @Override
    public void defect() {
        defects.inc();
    }
}
