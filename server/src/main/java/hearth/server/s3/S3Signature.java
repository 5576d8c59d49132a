package hearth.server.s3;

import hearth.server.auth.Sha256;
import hearth.server.auth.SigningKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Signs a `GET` without a body by Signature Version 4. Its path and query must be encoded as they are to be signed,
/// the query's parameters in order.
record S3Signature(S3Credentials credentials, String region) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final String TERMINATOR = "aws4_request";

    /// The headers to send, besides `Host`.
    Map<String, String> headers(URI request, Instant now) {
        var time = TIME.format(now);
        var signed =
                new TreeMap<>(Map.of("host", host(request), "x-amz-content-sha256", Sha256.EMPTY, "x-amz-date", time));
        if (credentials.sessionToken() != null) {
            signed.put("x-amz-security-token", credentials.sessionToken());
        }
        var names = String.join(";", signed.keySet());
        var lines = signed.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
        var query = request.getRawQuery() == null ? "" : request.getRawQuery();
        var canonical = String.join("\n", "GET", request.getRawPath(), query, lines, names, Sha256.EMPTY);
        var date = time.substring(0, 8);
        var scope = String.join("/", date, region, "s3", TERMINATOR);
        var hash = Sha256.hex(canonical.getBytes(StandardCharsets.ISO_8859_1));
        var signature = SigningKey.of(credentials.secret(), date, region, "s3", TERMINATOR)
                .sign(String.join("\n", "AWS4-HMAC-SHA256", time, scope, hash));
        signed.remove("host");
        signed.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(
                                credentials.keyId(),
                                scope,
                                names,
                                HexFormat.of().formatHex(signature)));
        return signed;
    }

    /// The `Host` that the HTTP client sends: without a port that is the scheme's own.
    private static String host(URI request) {
        int usual = "https".equals(request.getScheme()) ? 443 : 80;
        int port = request.getPort();
        return port < 0 || port == usual ? request.getHost() : request.getHost() + ":" + port;
    }
}
