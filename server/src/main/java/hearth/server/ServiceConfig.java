package hearth.server;

import java.time.Duration;
import java.util.Set;

/// How a server is run, beside what it serves.
///
/// @param allowedHosts names by which requests may call this server without signatures, besides those of the loopback,
///     of `--host` and of `--public-url`; `*.example.com` is every name under that domain (`--allow-host`)
/// @param drain how long requests in hand may take once the server is told to stop (`--drain`, 5s)
public record ServiceConfig(Set<String> allowedHosts, Duration drain) {
    public static final ServiceConfig DEFAULT = new ServiceConfig(Set.of(), Duration.ofSeconds(5));

    public ServiceConfig {
        allowedHosts = Set.copyOf(allowedHosts);
    }
}
