package hearth.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs requests as AWS clients do (Signature Version 4), so that the server's verification is part of what is
/// measured.
record Signer(String accessKey, String secretKey) {
    private static final String REGION = "us-east-1";

    /// A whole HTTP/1.1 request. A signature is good for five minutes, so a run may send it again and again.
    byte[] request(String method, String path, byte[] body) {
        return request(method, path, body, Map.of());
    }

    /// @param unsigned headers that the signature does not know
    byte[] request(String method, String path, byte[] body, Map<String, String> unsigned) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        var headers = headers(method, path, body);
        headers.putAll(unsigned);
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        var bytes = head.toString().getBytes(StandardCharsets.UTF_8);
        var request = Arrays.copyOf(bytes, bytes.length + body.length);
        System.arraycopy(body, 0, request, bytes.length, body.length);
        return request;
    }

    /// The headers of a request but for its Content-Length, in the order in which they are sent.
    Map<String, String> headers(String method, String path, byte[] body) {
        try {
            var time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                    .withZone(ZoneOffset.UTC)
                    .format(Instant.now());
            var day = time.substring(0, 8);
            var scope = day + "/" + REGION + "/lambda/aws4_request";
            var bodyHash = hex(MessageDigest.getInstance("SHA-256").digest(body));
            var query = path.indexOf('?');
            var resource = query < 0 ? path + "\n" : path.substring(0, query) + "\n" + path.substring(query + 1);
            var canonical = method + "\n" + resource + "\nhost:localhost\nx-amz-date:" + time + "\n\nhost;x-amz-date\n"
                    + bodyHash;
            var toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                    + hex(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
            var key = hmac(
                    hmac(hmac(hmac(("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8), day), REGION), "lambda"),
                    "aws4_request");
            var headers = new LinkedHashMap<String, String>();
            headers.put("Host", "localhost");
            headers.put("X-Amz-Date", time);
            headers.put(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + scope
                            + ", SignedHeaders=host;x-amz-date, Signature=" + hex(hmac(key, toSign)));
            headers.put("Content-Type", "application/json");
            return headers;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String data) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
