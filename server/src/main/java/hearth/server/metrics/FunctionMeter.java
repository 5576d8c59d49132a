package hearth.server.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/// The figures of one function, or of all that have none of their own. Found once, so that no label is looked up for
/// an invocation.
record FunctionMeter(
        CounterDataPoint invocations,
        CounterDataPoint errors,
        CounterDataPoint timeouts,
        CounterDataPoint coldstarts,
        CounterDataPoint stoppedRecursions,
        DistributionDataPoint duration,
        DistributionDataPoint initDuration) {}
