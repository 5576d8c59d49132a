package hearth.server.metrics;

import hearth.invoke.metering.InvocationMeter;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.pollers.PollerMeter;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/// The figures of event source mappings, named as Lambda names them.
public final class PollerMetrics implements PollerMeter {
    private final InvocationMeter invocations;
    private final Counter polled;
    private final Counter filteredOut;
    private final Counter invoked;
    private final Counter failed;
    private final Counter deleted;
    private final Counter toldOfFailure;
    private final Counter defects;

    /// @param invocations counts what all invocations have together
    public PollerMetrics(PrometheusRegistry registry, InvocationMeter invocations) {
        this.invocations = invocations;
        polled = counter(registry, "lambda_polled_event_count", "Messages and records taken out of event sources");
        filteredOut = counter(registry, "lambda_filtered_out_event_count", "Those that filters did not let through");
        invoked = counter(registry, "lambda_invoked_event_count", "Those that functions ran on, each time");
        failed = counter(registry, "lambda_failed_invoke_event_count", "Those that functions failed on, each time");
        deleted = counter(registry, "lambda_deleted_event_count", "Messages deleted once a function had run on them");
        toldOfFailure = counter(
                registry,
                "lambda_on_failure_destination_delivered_event_count",
                "Records that a destination was told of because functions failed on them");
        defects = Counter.builder()
                .name("hearth_poller_defects")
                .help("Failures of Hearth's own with event sources, each of which its log tells of")
                .withoutExemplars()
                .register(registry);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames("mapping")
                .withoutExemplars()
                .register(registry);
    }

    @Override
    public void polled(EventSourceMappingId mapping, int events) {
        add(polled, mapping, events);
    }

    @Override
    public void filteredOut(EventSourceMappingId mapping, int events) {
        add(filteredOut, mapping, events);
    }

    @Override
    public void invoked(EventSourceMappingId mapping, int events) {
        add(invoked, mapping, events);
    }

    @Override
    public void failed(EventSourceMappingId mapping, int events) {
        add(failed, mapping, events);
    }

    @Override
    public void deleted(EventSourceMappingId mapping, int events) {
        add(deleted, mapping, events);
    }

    @Override
    public void toldOfFailure(EventSourceMappingId mapping, int events) {
        add(toldOfFailure, mapping, events);
    }

    private static void add(Counter counter, EventSourceMappingId mapping, int events) {
        if (events > 0) {
            counter.labelValues(mapping.uuid()).inc(events);
        }
    }

    @Override
    public void recursionStopped(FunctionId function) {
        invocations.recursionStopped(function);
    }

    @Override
    public void defect() {
        defects.inc();
    }
}
