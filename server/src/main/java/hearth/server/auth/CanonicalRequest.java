package hearth.server.auth;

import hearth.server.auth.QueryString.Parameter;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;

/// The form of a request that is signed, which every client and server must agree on to the byte.
final class CanonicalRequest {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private CanonicalRequest() {}

    /// @param query without the signature itself
    /// @param payloadHash what stands for the body: its SHA-256 in hex, or a word such as `UNSIGNED-PAYLOAD`
    static byte[] of(RequestHead head, List<Parameter> query, List<String> signedHeaders, String payloadHash) {
        var out = new StringBuilder(512);
        out.append(head.method()).append('\n');
        // The path was encoded once by the client; every service but S3 signs it encoded once more.
        encode(out, normalized(head.path()), true);
        out.append('\n');
        appendQuery(out, query);
        out.append('\n');
        for (var name : signedHeaders) {
            out.append(name).append(':');
            var values = head.headers().all(name);
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    out.append(',');
                }
                appendFolded(out, values.get(i));
            }
            out.append('\n');
        }
        out.append('\n');
        for (int i = 0; i < signedHeaders.size(); i++) {
            out.append(i == 0 ? "" : ";").append(signedHeaders.get(i));
        }
        return out.append('\n').append(payloadHash).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void appendQuery(StringBuilder out, List<Parameter> query) {
        var encoded = query.stream()
                .map(parameter -> new Parameter(encoded(parameter.name()), encoded(parameter.value())))
                .sorted(Comparator.comparing(Parameter::name).thenComparing(Parameter::value))
                .toList();
        for (int i = 0; i < encoded.size(); i++) {
            var parameter = encoded.get(i);
            out.append(i == 0 ? "" : "&").append(parameter.name()).append('=').append(parameter.value());
        }
    }

    /// The path without dot segments and doubled slashes.
    private static String normalized(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        var kept = new ArrayDeque<String>();
        for (var segment : path.split("/")) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> kept.pollLast();
                default -> kept.addLast(segment);
            }
        }
        boolean folder = path.endsWith("/") || path.endsWith("/.") || path.endsWith("/..");
        return "/" + String.join("/", kept) + (folder && !kept.isEmpty() ? "/" : "");
    }

    private static void appendFolded(StringBuilder out, String value) {
        boolean blank = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t') {
                blank = true;
            } else {
                out.append(blank ? " " : "").append(c);
                blank = false;
            }
        }
    }

    private static String encoded(String text) {
        var out = new StringBuilder(text.length() + 16);
        encode(out, text, false);
        return out.toString();
    }

    private static void encode(StringBuilder out, String text, boolean keepSlashes) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isUnreserved(c) || (keepSlashes && c == '/')) {
                out.append(c);
            } else {
                out.append('%').append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
            }
        }
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
