package hearth.pollers.mq;

import hearth.model.api.SourceAccessConfiguration;
import hearth.pollers.PolledMapping;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// The settings of a mapping that say what is read of which queue.
///
/// @param virtualHost of RabbitMQ
/// @param secret the ARN of the one with `username` and `password`; empty for none
/// @param window for how long a batch is gathered
record MqRules(String queue, String virtualHost, String secret, int batchSize, Duration window) {
    /// AWS's default, which no setting says.
    private static final Duration WINDOW = Duration.ofMillis(500);

    static MqRules of(PolledMapping mapping) {
        var settings = mapping.settings();
        var window = settings.maximumBatchingWindowInSeconds();
        return new MqRules(
                Objects.requireNonNull(settings.queues()).getFirst(),
                access(mapping, "VIRTUAL_HOST", "/"),
                access(mapping, "BASIC_AUTH", ""),
                PolledMapping.number(settings.batchSize(), 100),
                window == null ? WINDOW : Duration.ofSeconds(window));
    }

    private static String access(PolledMapping mapping, String type, String otherwise) {
        return Objects.requireNonNullElse(
                        mapping.settings().sourceAccessConfigurations(), List.<SourceAccessConfiguration>of())
                .stream()
                .filter(access -> type.equals(access.type()))
                .map(access -> Objects.requireNonNullElse(access.uri(), otherwise))
                .findFirst()
                .orElse(otherwise);
    }
}
