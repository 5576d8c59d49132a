package hearth.server.urls;

import hearth.model.api.Cors;
import hearth.server.http.Headers;
import hearth.server.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a function URL lets web pages of other origins do. Its headers win over those of the function.
///
/// A star is answered as it is, but to requests that may carry credentials: browsers take no star there, so they are
/// told what they asked for.
///
/// @param maxAge in seconds; null when it is not set
record CorsRules(
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> exposed,
        boolean credentials,
        @Nullable Integer maxAge) {
    private static final String ANY = "*";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials";
    private static final String EXPOSE_HEADERS = "Access-Control-Expose-Headers";
    private static final byte[] NOTHING = {};

    static CorsRules of(Cors cors) {
        return new CorsRules(
                list(cors.allowOrigins()),
                list(cors.allowMethods()),
                list(cors.allowHeaders()),
                list(cors.exposeHeaders()),
                Boolean.TRUE.equals(cors.allowCredentials()),
                cors.maxAge());
    }

    private static List<String> list(@Nullable List<String> given) {
        return Objects.requireNonNullElse(given, List.of());
    }

    /// Whether a request asks what it may do, which is answered without the function.
    static boolean isPreflight(String method, Headers request) {
        return method.equals("OPTIONS")
                && request.first("origin").isPresent()
                && request.first("access-control-request-method").isPresent();
    }

    HttpResponse preflight(Headers request) {
        var answer = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        var origin = allowedOrigin(request);
        if (origin.isPresent()) {
            allow(answer, origin.get());
            put(answer, "Access-Control-Allow-Methods", told(methods, request, "access-control-request-method"));
            put(answer, "Access-Control-Allow-Headers", told(headers, request, "access-control-request-headers"));
            if (maxAge != null) {
                answer.put("Access-Control-Max-Age", maxAge.toString());
            }
        }
        varyByOrigin(answer);
        return new HttpResponse(200, answer, NOTHING);
    }

    /// Adds to an answer what pages of the request's origin may see of it.
    ///
    /// @param answer whose names do not heed case
    void addTo(Map<String, String> answer, Headers request) {
        if (!origins.isEmpty()) {
            answer.remove(ALLOW_ORIGIN);
            answer.remove(ALLOW_CREDENTIALS);
        }
        allowedOrigin(request).ifPresent(origin -> {
            allow(answer, origin);
            put(answer, EXPOSE_HEADERS, String.join(",", exposed));
        });
        varyByOrigin(answer);
    }

    /// Whether pages of the request's origin may read what is answered.
    boolean allows(Headers request) {
        return allowedOrigin(request).isPresent();
    }

    private Optional<String> allowedOrigin(Headers request) {
        var origin = request.first("origin");
        if (origins.contains(ANY)) {
            return credentials ? origin : origin.map(_ -> ANY);
        }
        return origin.filter(origins::contains);
    }

    private void allow(Map<String, String> answer, String origin) {
        answer.put(ALLOW_ORIGIN, origin);
        if (credentials) {
            answer.put(ALLOW_CREDENTIALS, "true");
        }
    }

    private String told(List<String> allowed, Headers request, String asked) {
        return credentials && allowed.contains(ANY) ? request.first(asked).orElse(ANY) : String.join(",", allowed);
    }

    private static void put(Map<String, String> answer, String name, String value) {
        if (!value.isEmpty()) {
            answer.put(name, value);
        }
    }

    private static void varyByOrigin(Map<String, String> answer) {
        answer.merge(
                "Vary",
                "Origin",
                (given, origin) -> List.of(given.toLowerCase(Locale.ROOT).split("\\s*,\\s*"))
                                        .contains("origin")
                                || given.equals(ANY)
                        ? given
                        : given + ", " + origin);
    }
}
