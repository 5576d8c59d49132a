package hearth.pollers.streams;

import hearth.pollers.PolledMapping;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/// The settings of a mapping that say what becomes of records.
///
/// @param window for how long a batch is gathered
/// @param lanes how many batches of a shard run at once
/// @param age after which a record is given up; empty for never
/// @param retries after which a batch is given up; empty for never
/// @param tumbling the length of tumbling windows; zero for none
/// @param destination the ARN that is told of what was given up; empty for none
record StreamRules(
        int batchSize,
        Duration window,
        int lanes,
        Optional<Duration> age,
        Optional<Integer> retries,
        boolean bisects,
        boolean reports,
        Duration tumbling,
        String destination) {
    /// @param otherwise how long a batch is gathered where the mapping does not say
    static StreamRules of(PolledMapping mapping, Duration otherwise) {
        var settings = mapping.settings();
        var tumbling = Duration.ofSeconds(PolledMapping.number(settings.tumblingWindowInSeconds(), 0));
        int age = PolledMapping.number(settings.maximumRecordAgeInSeconds(), -1);
        int retries = PolledMapping.number(settings.maximumRetryAttempts(), -1);
        var destinations = settings.destinationConfig();
        var onFailure = destinations == null ? null : destinations.onFailure();
        return new StreamRules(
                PolledMapping.number(settings.batchSize(), 100),
                settings.maximumBatchingWindowInSeconds() == null
                        ? otherwise
                        : Duration.ofSeconds(settings.maximumBatchingWindowInSeconds()),
                // A window's state goes from one batch to the next.
                tumbling.isZero() ? PolledMapping.number(settings.parallelizationFactor(), 1) : 1,
                age < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(age)),
                retries < 0 ? Optional.empty() : Optional.of(retries),
                Boolean.TRUE.equals(settings.bisectBatchOnFunctionError()),
                mapping.reportsFailures(),
                tumbling,
                onFailure == null ? "" : Objects.requireNonNullElse(onFailure.destination(), ""));
    }
}
