package hearth.model.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Map;

/// Requests as clients send them.
final class Requests {
    private Requests() {}

    static RequestParts body(Map<String, String> path, String body) {
        return new RequestParts(path, QueryParameters.NONE, _ -> null, body.getBytes(UTF_8));
    }

    static RequestParts query(Map<String, String> path, String rawQuery) {
        return new RequestParts(path, QueryParameters.parse(rawQuery), _ -> null, new byte[0]);
    }

    /// @param headers by lower-case name
    static RequestParts headers(Map<String, String> path, Map<String, String> headers, byte[] body) {
        return new RequestParts(path, QueryParameters.NONE, n -> headers.get(n.toLowerCase(Locale.ROOT)), body);
    }
}
