package hearth.server.auth;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.server.auth.QueryString.Parameter;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The signature that a request brings, in its `Authorization` header or in its query.
///
/// @param timestamp as it was signed, such as `20260102T030405Z`
/// @param lifetime how long the signature is good from its time on; null for a header, which is good about its time
/// @param query what is signed of the query
/// @param contentSha256 `x-amz-content-sha256`
record PresentedSignature(
        CredentialScope scope,
        List<String> signedHeaders,
        String signature,
        String timestamp,
        Instant signedAt,
        @Nullable Duration lifetime,
        @Nullable String sessionToken,
        List<Parameter> query,
        @Nullable String contentSha256) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final long LONGEST_LIFETIME_SECONDS = Duration.ofDays(7).toSeconds();

    /// The signature in a request's head.
    ///
    /// @throws ApiException when there is none, or a part of it is missing
    static PresentedSignature of(RequestHead head) {
        var query = QueryString.parse(head.query());
        var authorization = head.headers().first("authorization");
        if (authorization.isPresent()) {
            return ofHeader(head, authorization.get(), query);
        }
        if (query.first("X-Amz-Algorithm").isPresent()
                || query.first("X-Amz-Signature").isPresent()) {
            return ofQuery(head, query);
        }
        throw new ApiException(ApiError.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    }

    private static PresentedSignature ofHeader(RequestHead head, String authorization, QueryString query) {
        int space = authorization.indexOf(' ');
        var algorithm = space < 0 ? authorization : authorization.substring(0, space);
        if (!algorithm.equals(ALGORITHM)) {
            throw incomplete("Unsupported AWS 'algorithm': '" + algorithm + "'.");
        }
        var parts = keyValues(authorization.substring(algorithm.length()));
        var time = head.headers().first("x-amz-date").or(() -> head.headers().first("date"));
        var missing = new ArrayList<String>();
        for (var name : List.of("Credential", "Signature", "SignedHeaders")) {
            if (!parts.containsKey(name)) {
                missing.add("Authorization header requires '" + name + "' parameter.");
            }
        }
        if (time.isEmpty()) {
            missing.add("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        }
        if (!missing.isEmpty()) {
            throw incomplete(String.join(" ", missing) + " (Hashed with SHA-256 and encoded with Base64) Authorization="
                    + Base64.getEncoder()
                            .encodeToString(Sha256.of(authorization.getBytes(StandardCharsets.ISO_8859_1))));
        }
        var said = time.orElseThrow();
        var signedAt = parseTime(said);
        return new PresentedSignature(
                scope(parts.getOrDefault("Credential", "")),
                signedHeaders(parts.getOrDefault("SignedHeaders", "")),
                parts.getOrDefault("Signature", ""),
                isBasic(said) ? said : TIMESTAMP.format(signedAt),
                signedAt,
                null,
                head.headers().first("x-amz-security-token").orElse(null),
                query.parameters(),
                head.headers().first("x-amz-content-sha256").orElse(null));
    }

    private static Map<String, String> keyValues(String list) {
        var parts = new HashMap<String, String>();
        for (var part : list.split(",")) {
            var pair = part.strip();
            int equals = pair.indexOf('=');
            if (equals < 0 && !pair.isEmpty()) {
                throw incomplete("'" + pair + "' not a valid key=value pair (missing equal-sign) in Authorization"
                        + " header: '" + ALGORITHM + list + "'.");
            }
            if (equals > 0) {
                parts.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return parts;
    }

    private static PresentedSignature ofQuery(RequestHead head, QueryString query) {
        var algorithm = required(query, "X-Amz-Algorithm");
        if (!algorithm.equals(ALGORITHM)) {
            throw incomplete("Unsupported AWS 'algorithm': '" + algorithm + "'.");
        }
        var timestamp = required(query, "X-Amz-Date");
        return new PresentedSignature(
                scope(required(query, "X-Amz-Credential")),
                signedHeaders(required(query, "X-Amz-SignedHeaders")),
                required(query, "X-Amz-Signature"),
                timestamp,
                parseTime(timestamp),
                lifetime(required(query, "X-Amz-Expires")),
                query.first("X-Amz-Security-Token").orElse(null),
                query.parameters().stream()
                        .filter(parameter -> !parameter.name().equals("X-Amz-Signature"))
                        .toList(),
                query.first("X-Amz-Content-Sha256")
                        .or(() -> head.headers().first("x-amz-content-sha256"))
                        .orElse(null));
    }

    private static String required(QueryString query, String name) {
        return query.first(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> incomplete("AWS query-string parameters must include '" + name + "'."));
    }

    private static Duration lifetime(String seconds) {
        boolean number =
                !seconds.isEmpty() && seconds.length() < 18 && seconds.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            throw incomplete("X-Amz-Expires should be a number.");
        }
        if (Long.parseLong(seconds) > LONGEST_LIFETIME_SECONDS) {
            throw incomplete("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires"
                    + " must be less than " + LONGEST_LIFETIME_SECONDS + " seconds.");
        }
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    private static CredentialScope scope(String credential) {
        return CredentialScope.parse(credential)
                .orElseThrow(() -> incomplete("Credential must have exactly 5 slash-delimited elements, e.g."
                        + " keyid/date/region/service/term, got '" + credential + "'."));
    }

    private static List<String> signedHeaders(String list) {
        return List.of(list.split(";"));
    }

    private static Instant parseTime(String time) {
        return basicTime(time)
                .or(() -> headerTime(time))
                .orElseThrow(() -> incomplete("Date must be in ISO-8601 'basic format'. Got '" + time
                        + "'. See http://en.wikipedia.org/wiki/ISO_8601"));
    }

    /// Read by hand: a formatter takes longer than to check the signature.
    private static Optional<Instant> basicTime(String time) {
        if (!isBasic(time)) {
            return Optional.empty();
        }
        try {
            var signedAt = LocalDateTime.of(
                    number(time, 0, 4),
                    number(time, 4, 6),
                    number(time, 6, 8),
                    number(time, 9, 11),
                    number(time, 11, 13),
                    number(time, 13, 15));
            return Optional.of(signedAt.toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static boolean isBasic(String time) {
        if (time.length() != 16 || time.charAt(8) != 'T' || time.charAt(15) != 'Z') {
            return false;
        }
        for (int i = 0; i < 15; i++) {
            if (i != 8 && (time.charAt(i) < '0' || time.charAt(i) > '9')) {
                return false;
            }
        }
        return true;
    }

    private static int number(String time, int from, int to) {
        return Integer.parseInt(time, from, to, 10);
    }

    private static Optional<Instant> headerTime(String time) {
        try {
            return Optional.of(ZonedDateTime.parse(time, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static ApiException incomplete(String message) {
        return new ApiException(ApiError.INCOMPLETE_SIGNATURE, message);
    }
}
