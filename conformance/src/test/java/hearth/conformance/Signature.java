package hearth.conformance;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs requests with AWS Signature Version 4, also such as no client would send.
record Signature(String keyId, String secret, String region) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    void sign(Draft draft) {
        try {
            var time = TIME.format(Instant.now());
            var scope = time.substring(0, 8) + "/" + region + "/lambda/aws4_request";
            draft.headers.add("X-Amz-Date: " + time);
            var canonical = String.join(
                    "\n",
                    draft.method,
                    encoded(draft.path, true),
                    query(draft),
                    "host:" + host(draft),
                    "x-amz-date:" + time,
                    "",
                    "host;x-amz-date",
                    hash(draft.content()));
            var toSign = String.join(
                    "\n", "AWS4-HMAC-SHA256", time, scope, hash(canonical.getBytes(StandardCharsets.ISO_8859_1)));
            var key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
            for (var part : scope.split("/")) {
                key = hmac(key, part);
            }
            draft.headers.add("Authorization: AWS4-HMAC-SHA256 Credential=" + keyId + "/" + scope
                    + ", SignedHeaders=host;x-amz-date, Signature="
                    + HexFormat.of().formatHex(hmac(key, toSign)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String host(Draft draft) {
        return draft.headers.stream()
                .filter(header -> header.toLowerCase(Locale.ROOT).startsWith("host:"))
                .map(header -> header.substring(5).strip().replaceAll("[ \t]+", " "))
                .collect(Collectors.joining(","));
    }

    private static String query(Draft draft) {
        var parameters = new ArrayList<String>();
        for (var pair : String.join("&", draft.query).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.add(
                        equals < 0
                                ? encoded(decoded(pair), false) + "="
                                : encoded(decoded(pair.substring(0, equals)), false) + "="
                                        + encoded(decoded(pair.substring(equals + 1)), false));
            }
        }
        return parameters.stream().sorted().collect(Collectors.joining("&"));
    }

    private static String decoded(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && text.substring(i).matches("(?s)%[0-9a-fA-F]{2}.*")) {
                out.append((char) Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                out.append(c == '+' ? ' ' : c);
            }
        }
        return out.toString();
    }

    private static String encoded(String text, boolean keepSlashes) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            out.append(plain || (keepSlashes && c == '/') ? String.valueOf(c) : "%%%02X".formatted((int) c & 0xff));
        }
        return out.toString();
    }

    private static String hash(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
