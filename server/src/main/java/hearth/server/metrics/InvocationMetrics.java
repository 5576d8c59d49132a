package hearth.server.metrics;

import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The figures of invocations, by function: named as OpenTelemetry's conventions name what functions as a service
/// do, and as Lambda names what they have no word for.
///
/// Names of functions are their owners' to choose and to multiply. So the first that are invoked have figures of
/// their own, and all others share those of a function without a name.
public final class InvocationMetrics implements InvocationMeter {
    private static final double NANOS = 1e9;
    private static final String[] LABELS = {"cloud_account_id", "cloud_region", "faas_name"};
    private static final String[] OTHERS = {"", "", ""};

    /// Seconds: from a warm function's to the longest that a function may take.
    private static final double[] BOUNDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900
    };

    private final Counter invocations;
    private final Counter errors;
    private final Counter timeouts;
    private final Counter coldstarts;
    private final Counter stoppedRecursions;
    private final Histogram durations;
    private final Histogram initDurations;
    private final DistributionDataPoint waits;
    private final Map<ThrottleReason, CounterDataPoint> throttles = new EnumMap<>(ThrottleReason.class);
    private final Counter defects;
    private final int mostFunctions;
    private final Map<FunctionId, FunctionMeter> functions = new ConcurrentHashMap<>();
    private final FunctionMeter others;

    /// @param mostFunctions how many have figures of their own
    public InvocationMetrics(PrometheusRegistry registry, int mostFunctions) {
        this.mostFunctions = mostFunctions;
        invocations = counter(registry, "faas_invocations", "Invocations that functions answered without an error");
        errors = counter(registry, "faas_errors", "Invocations that failed in the function, those in time-outs too");
        timeouts = counter(registry, "faas_timeouts", "Invocations that took longer than the function may");
        coldstarts = counter(registry, "faas_coldstarts", "Execution environments that came up");
        stoppedRecursions = counter(
                registry,
                "lambda_recursive_invocations_dropped",
                "Invocations, asynchronous ones too, that were not run because they came of a recursive loop");
        durations = histogram(registry, "faas_invoke_duration", "How long functions took for an invocation");
        initDurations = histogram(
                registry,
                "faas_init_duration",
                "How long environments took to come up: sandbox, code, and the function's own initialisation");
        waits = Histogram.builder()
                .name("hearth_queue_wait")
                .unit(Unit.SECONDS)
                .help("How long invocations waited for an environment; next to nothing where one was idle")
                .classicOnly()
                .classicUpperBounds(BOUNDS)
                .withoutExemplars()
                .register(registry);
        var throttled = Counter.builder()
                .name("lambda_throttles")
                .help("Invocations that were refused with 429, by the Reason that their callers were told")
                .labelNames("reason")
                .withoutExemplars()
                .register(registry);
        for (var reason : ThrottleReason.values()) {
            throttles.put(reason, throttled.labelValues(reason.wireName()));
        }
        defects = Counter.builder()
                .name("hearth_invoke_defects")
                .help("Failures of Hearth's own on the way of invocations, each of which its log tells of")
                .withoutExemplars()
                .register(registry);
        others = meter(OTHERS);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(LABELS)
                .withoutExemplars()
                .register(registry);
    }

    private static Histogram histogram(PrometheusRegistry registry, String name, String help) {
        return Histogram.builder()
                .name(name)
                .unit(Unit.SECONDS)
                .help(help)
                .labelNames(LABELS)
                .classicOnly()
                .classicUpperBounds(BOUNDS)
                .withoutExemplars()
                .register(registry);
    }

    private FunctionMeter of(FunctionId function) {
        var known = functions.get(function);
        if (known != null) {
            return known;
        }
        // Two that come at once may go one beyond the most, and no further.
        return functions.size() >= mostFunctions
                ? others
                : functions.computeIfAbsent(
                        function,
                        _ -> meter(function.account().value(), function.region().value(), function.name()));
    }

    private FunctionMeter meter(String... labels) {
        return new FunctionMeter(
                invocations.labelValues(labels),
                errors.labelValues(labels),
                timeouts.labelValues(labels),
                coldstarts.labelValues(labels),
                stoppedRecursions.labelValues(labels),
                durations.labelValues(labels),
                initDurations.labelValues(labels));
    }

    @Override
    public void throttled(FunctionId function, ThrottleReason reason) {
        var count = throttles.get(reason);
        if (count != null) {
            count.inc();
        }
    }

    @Override
    public void recursionStopped(FunctionId function) {
        of(function).stoppedRecursions().inc();
    }

    @Override
    public void assigned(FunctionId function, long waitedNanos) {
        waits.observe(waitedNanos / NANOS);
    }

    @Override
    public void ended(FunctionVersion version, InvocationOutcome outcome, long nanos) {
        switch (outcome) {
            case InvocationOutcome.Answered _, InvocationOutcome.Streamed _ -> {
                var function = of(version.function());
                function.invocations().inc();
                function.duration().observe(nanos / NANOS);
            }
            case InvocationOutcome.Failed _ -> {
                var function = of(version.function());
                function.errors().inc();
                function.duration().observe(nanos / NANOS);
                if (nanos >= version.timeout().toNanos()) {
                    function.timeouts().inc();
                }
            }
            case InvocationOutcome.Refused _, InvocationOutcome.NotRunnable _ -> {
                // The function never saw it.
            }
        }
    }

    @Override
    public void initialized(FunctionId id, Duration took) {
        var function = of(id);
        function.coldstarts().inc();
        function.initDuration().observe(took.toNanos() / NANOS);
    }

    @Override
    public void defect() {
        defects.inc();
    }
}
