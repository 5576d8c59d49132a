package hearth.server.api;

import hearth.model.api.RequestParts.HeaderLookup;
import java.util.Optional;
import java.util.regex.Pattern;

/// Under which address a caller reached this server, for the URLs that it is told: the configured one, or else the
/// host that its request names, which holds in containers and behind proxies that pass it on.
///
/// @param configured without a slash at its end
/// @param fallback for requests that name no host
record Endpoints(Optional<String> configured, String fallback) {
    /// A name or an address with its port; nothing that could end a URL's authority early.
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");

    String of(HeaderLookup headers) {
        return configured.orElseGet(() -> named(headers));
    }

    private String named(HeaderLookup headers) {
        var host = headers.first("Host");
        return host == null || !HOST.matcher(host).matches() ? fallback : scheme(headers) + "://" + host;
    }

    /// A proxy that brings TLS says so. Who says it untruly gets URLs that are no use to them.
    private static String scheme(HeaderLookup headers) {
        return "https".equalsIgnoreCase(headers.first("X-Forwarded-Proto")) ? "https" : "http";
    }
}
