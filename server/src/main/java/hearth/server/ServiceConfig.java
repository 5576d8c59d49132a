package hearth.server;

import hearth.server.metrics.MetricsConfig;
import hearth.server.records.RecordsConfig;
import hearth.server.urls.UrlSuffix;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// The configuration of how a server is run, beside what it serves.
///
/// @param allowedHosts names by which requests may call this server without signatures, besides those of the loopback,
///     of `--host` and of `--public-url`; `*.example.com` is every name under that domain (`--allow-host`)
/// @param urlSuffix under which function URLs have their names; empty for `localhost` (`--url-suffix`)
/// @param drain how long requests in hand may take once the server is told to stop (`--drain`, 5s)
/// @param records what it writes down of requests (`--access-log`, `--audit-log`, `--record-size`,
///     `--record-files`)
/// @param metrics what it counts, and who may see it (`--metrics`, `--metrics-functions`)
/// @param retryBase the wait before the first retry of an event that its function failed on (`--retry-base`, 1m)
/// @param sources what pollers are told of event sources (`--secret`, `--kafka-brokers`,
///     `--broker`)
public record ServiceConfig(
        Set<String> allowedHosts,
        Optional<UrlSuffix> urlSuffix,
        Duration drain,
        RecordsConfig records,
        MetricsConfig metrics,
        Duration retryBase,
        SourcesConfig sources) {
    public static final ServiceConfig DEFAULT = new ServiceConfig(
            Set.of(),
            Optional.empty(),
            Duration.ofSeconds(5),
            RecordsConfig.DEFAULT,
            MetricsConfig.DEFAULT,
            Duration.ofMinutes(1),
            SourcesConfig.NONE);

    public ServiceConfig {
        allowedHosts = Set.copyOf(allowedHosts);
    }
}
