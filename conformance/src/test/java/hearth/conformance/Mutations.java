package hearth.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Ways to spoil a request. Each is drawn from one source of numbers, so that a seed repeats them.
final class Mutations {
    static final byte[] ZIP = Zips.of("app.py", "def handler(event, context):\n    return event\n")
            .asByteArray();

    private static final List<Object> WRONG_VALUES = Arrays.asList(
            null,
            true,
            "",
            "text",
            0,
            -1,
            List.of(),
            Map.of(),
            List.of(List.of(Map.of("a", 1))),
            new Draft.Raw("1.5"),
            new Draft.Raw("-0.0"),
            new Draft.Raw("1e308"),
            new Draft.Raw("1e99999"),
            new Draft.Raw("-1E-99999"),
            new Draft.Raw("2147483648"),
            new Draft.Raw("-2147483649"),
            new Draft.Raw("9223372036854775807"),
            new Draft.Raw("9223372036854775808"),
            new Draft.Raw("9".repeat(99)),
            new Draft.Raw("9".repeat(2000)),
            new Draft.Raw("NaN"),
            new Draft.Raw("00"),
            new Draft.Raw("0x10"),
            new Draft.Raw("tru"),
            new Draft.Raw("\"\\ud800\""),
            new Draft.Raw("\"\\u0000\""),
            new Draft.Raw("\"\\x\""),
            new Draft.Raw("\"\n\""),
            new Draft.Raw("[".repeat(200) + "]".repeat(200)),
            new Draft.Raw("{\"a\":".repeat(120) + "1" + "}".repeat(120)));

    private static final List<String> ODD_TEXTS = List.of(
            "\u0000",
            "\u007f",
            " ",
            "\t",
            "\n",
            "é",
            "€",
            "日本",
            "😀",
            "\u202e",
            "\uffff",
            "'",
            "\"",
            "\\",
            "$",
            "%",
            "/",
            "..",
            ":",
            "*",
            "${jndi:x}",
            "<script>",
            "' OR 1=1 --",
            "-",
            "_",
            "A");

    private static final List<String> METHODS = List.of(
            "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "X", "PROPFIND");

    private static final List<String> HEADERS = List.of(
            "X-Amz-Invocation-Type: DryRun",
            "X-Amz-Invocation-Type: Event",
            "X-Amz-Invocation-Type: requestresponse",
            "X-Amz-Invocation-Type: ",
            "X-Amz-Log-Type: Tail",
            "X-Amz-Log-Type: Nothing",
            "X-Amz-Client-Context: e30=",
            "X-Amz-Client-Context: !!!",
            "X-Amz-Client-Context: " + "e30=".repeat(2000),
            "X-Amzn-Trace-Id: Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=1",
            "X-Amzn-Trace-Id: ;;;=;=",
            "X-Amz-Tenant-Id: t",
            "X-Amz-Durable-Execution-Name: d",
            "Content-Type: text/plain",
            "Content-Type: application/json; charset=utf-16",
            "Content-Type: ",
            "Content-Encoding: gzip",
            "Content-Encoding: aws-chunked",
            "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD",
            "X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "X-Amz-Content-Sha256: 0",
            "X-Amz-Decoded-Content-Length: 5",
            "X-Amz-Security-Token: token",
            "X-Amz-Target: AWSLambda.Invoke",
            "X-Amz-Date: 20260101T000000Z",
            "X-Amz-Date: 99999999T999999Z",
            "Date: Thu, 01 Jan 1970 00:00:00 GMT",
            "Origin: http://localhost",
            "Origin: http://elsewhere.example",
            "Origin: :::",
            "Connection: close",
            "Connection: upgrade, keep-alive",
            "Upgrade: h2c",
            "Expect: 100-continue",
            "Expect: 200-ok",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: identity",
            "TE: trailers",
            "Trailer: X-Amz-Checksum",
            "Content-Length: 0",
            "Content-Length: 99999999999",
            "Host: second.example",
            "Accept-Encoding: gzip",
            "Range: bytes=0-1",
            "If-Match: *",
            "Cookie: a=b",
            "Authorization: Basic Og==",
            "Authorization: AWS4-HMAC-SHA256",
            "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=",
            "Authorization: AWS4-HMAC-SHA256 Credential=" + "/".repeat(3000),
            "X-Long: " + "v".repeat(20_000),
            "X-\u00e9: \u00e9");

    private static final List<String> QUERIES = List.of(
            "Qualifier=1",
            "Qualifier=%24LATEST",
            "Qualifier=",
            "Qualifier",
            "Qualifier=%",
            "Qualifier=%zz",
            "Qualifier=%ff%fe",
            "Qualifier=" + "9".repeat(300),
            "MaxItems=0",
            "MaxItems=-1",
            "MaxItems=99999999999999999999",
            "MaxItems=1.5",
            "MaxItems=abc",
            "Marker=",
            "Marker=AAAA",
            "Marker=%00",
            "Marker=" + "QUJD".repeat(500),
            "FunctionVersion=ALL",
            "FunctionVersion=NONE",
            "tagKeys=",
            "tagKeys=a&tagKeys=a",
            "find=LayerVersion",
            "&&&",
            "=",
            "=&=",
            "a=b=c",
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=a%2F20260101%2Feu-west-1%2Flambda%2Faws4_request",
            "X-Amz-Signature=0",
            "X-Amz-Expires=99999999999999999999",
            "X-Amz-Security-Token=" + "t".repeat(5000));

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /// Spoils what is signed.
    void spoil(Draft draft) {
        for (int n = 1 + random.nextInt(3) / 2; n > 0; n--) {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> spoilBody(draft);
                case 9 -> draft.method = one(METHODS);
                case 10, 11 -> draft.path = spoiledPath(draft.path);
                case 12, 13, 14, 15 -> spoilList(draft.query, QUERIES);
                case 16, 17, 18 -> spoilList(draft.headers, HEADERS);
                default -> spoilBytes(draft);
            }
        }
    }

    /// Spoils the date or the signature, which are the last headers.
    void spoilSignature(Draft draft) {
        int at = draft.headers.size() - 1 - random.nextInt(2);
        var header = draft.headers.get(at);
        int from = header.indexOf(' ') + random.nextInt(header.length() - header.indexOf(' '));
        int to = from + random.nextInt(header.length() - from);
        switch (random.nextInt(4)) {
            case 0 -> draft.headers.remove(at);
            case 1 -> draft.headers.add(header);
            case 2 -> draft.headers.set(at, header.substring(0, from) + header.substring(to));
            default ->
                draft.headers.set(
                        at,
                        header.substring(0, from)
                                + one(List.of(",", "/", "=", "0", "a", ";", " ", "%", "\u00ff", ""))
                                + header.substring(to));
        }
    }

    /// Spoils what will be sent, whatever it was.
    byte[] spoil(byte[] request) {
        var bytes = request.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            }
            case 1 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            case 2 -> {
                int from = random.nextInt(bytes.length);
                return inserted(
                        bytes,
                        random.nextInt(bytes.length),
                        Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(40))));
            }
            case 3 -> {
                return inserted(
                        bytes,
                        random.nextInt(bytes.length),
                        one(List.of("\r\n", "\r", "\n", "\r\n\r\n", "\0", " ", "\t", ":"))
                                .getBytes(StandardCharsets.US_ASCII));
            }
            default -> {
                for (int n = 1 + random.nextInt(8); n > 0; n--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return bytes;
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] more) {
        var longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        System.arraycopy(more, 0, longer, at, more.length);
        return longer;
    }

    private void spoilBody(Draft draft) {
        if (draft.bytes == null) {
            draft.body = random.nextInt(30) == 0 ? one(WRONG_VALUES) : spoiled(draft.body);
        }
    }

    /// A value with one spot in it spoilt.
    private @Nullable Object spoiled(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() && random.nextInt(8) > 0 -> {
                var copy = new LinkedHashMap<Object, Object>(map);
                var name = one(List.copyOf(map.keySet()));
                switch (random.nextInt(10)) {
                    case 0 -> copy.remove(name);
                    case 1 -> copy.put("Unknown" + one(ODD_TEXTS), one(WRONG_VALUES));
                    case 2 -> copy.put(new Draft.Again(name.toString()), one(WRONG_VALUES));
                    default -> copy.put(name, spoiled(map.get(name)));
                }
                yield copy;
            }
            case List<?> list
            when !list.isEmpty() && random.nextInt(8) > 0 -> {
                var copy = new ArrayList<Object>(list);
                int at = random.nextInt(list.size());
                if (random.nextInt(6) == 0) {
                    for (int n = random.nextInt(120); n > 0; n--) {
                        copy.add(list.get(at));
                    }
                } else {
                    copy.set(at, spoiled(list.get(at)));
                }
                yield copy;
            }
            case String text when random.nextInt(3) > 0 -> spoiledText(text);
            case null, default -> one(WRONG_VALUES);
        };
    }

    private String spoiledText(String text) {
        return switch (random.nextInt(5)) {
            case 0 -> text.repeat(1 + random.nextInt(1 + 20_000 / Math.max(1, text.length())));
            case 1 -> one(ODD_TEXTS).repeat(random.nextInt(300));
            case 2 -> text.substring(0, text.length() / 2);
            // Patterns that repeat a group go deep.
            case 3 -> (text + one(List.of(".", "-", "a.", "a-", "/", ":"))).repeat(1 + random.nextInt(3000));
            default -> {
                int at = random.nextInt(text.length() + 1);
                yield text.substring(0, at) + one(ODD_TEXTS) + text.substring(at);
            }
        };
    }

    private void spoilBytes(Draft draft) {
        var content = draft.content();
        draft.bytes = switch (random.nextInt(7)) {
            case 0 -> new byte[0];
            case 1 -> Arrays.copyOf(content, random.nextInt(content.length + 1));
            case 2 -> inserted(content, content.length, "}".getBytes(StandardCharsets.US_ASCII));
            case 3 -> inserted(content, 0, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
            case 4 -> new String(content, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
            case 5 -> inserted(content, random.nextInt(content.length + 1), new byte[] {(byte) 0xff, (byte) 0xc0});
            default -> content.length == 0 ? new byte[] {0} : spoil(content);
        };
    }

    private String spoiledPath(String path) {
        int at = 1 + random.nextInt(path.length());
        var before = path.substring(0, at);
        var after = path.substring(at);
        return switch (random.nextInt(8)) {
            case 0 -> before + one(List.of("%00", "%2F", "%ff", "%", "%zz", "%c3%a9", "%0d%0a", "%25")) + after;
            case 1 -> before + one(List.of("//", "/./", "/../", "/", ";", "?", "#", "\\")) + after;
            case 2 -> path + one(List.of("/", "/x", "/versions", "/invocations", "/policy", "/code"));
            case 3 -> path.substring(0, path.lastIndexOf('/'));
            case 4 -> path.replaceFirst("/[^/]*$", "/" + Draft.encoded(one(ODD_TEXTS)));
            case 5 ->
                path.replaceFirst("2\\d{3}-\\d\\d-\\d\\d", one(List.of("2015-03-31", "2099-01-01", "x", "2014-11-13")));
            case 6 -> path + "/" + "a".repeat(random.nextInt(3000));
            default -> before + "\u00e9 " + after;
        };
    }

    private void spoilList(List<String> list, List<String> more) {
        int choice = random.nextInt(4);
        if (choice == 0 && !list.isEmpty()) {
            list.remove(random.nextInt(list.size()));
        } else if (choice == 1 && !list.isEmpty()) {
            list.add(one(list));
        } else {
            list.add(random.nextInt(list.size() + 1), one(more));
        }
    }

    private <T extends @Nullable Object> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
