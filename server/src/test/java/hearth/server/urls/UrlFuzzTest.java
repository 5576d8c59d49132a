package hearth.server.urls;

import static hearth.server.urls.UrlServer.HOST;
import static hearth.server.urls.UrlServer.ID;
import static hearth.server.urls.UrlServer.answering;
import static hearth.server.urls.UrlServer.bytes;
import static hearth.server.urls.UrlServer.open;
import static hearth.server.urls.UrlServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import hearth.invoke.frontend.DispatchOutcome.Answered;
import hearth.invoke.frontend.DispatchOutcome.Streamed;
import hearth.model.api.Cors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever comes, of clients and of functions: an answer that AWS gives too, and the connection goes on.
class UrlFuzzTest {
    private static final int ROUNDS = Integer.getInteger("hearth.fuzz", 1500);

    private static final List<String> HOSTS = List.of(
            HOST,
            HOST,
            HOST,
            "localhost:9000",
            ID + ".lambda-url.eu-west-1.localhost.",
            ID.toUpperCase(Locale.ROOT) + ".lambda-url.eu-west-1.localhost",
            ".lambda-url.eu-west-1.localhost",
            ID + ".lambda-url..localhost",
            ID + ".lambda-url.",
            ID + ".lambda-url.eu-west-1.localhost:99999999",
            "[::1]:9000",
            "");

    private static final List<String> PIECES = List.of(
            "%",
            "%2F",
            "%zz",
            "%C3%A9",
            "%FF",
            "%00",
            "%0d%0a",
            "/",
            "//",
            "..",
            "?",
            "&",
            "=",
            "+",
            ";",
            ",",
            "\"",
            "\\",
            "a",
            "'",
            "<",
            "{",
            "}",
            "|",
            "^",
            "\u00e9",
            "\u00ff",
            " ",
            "\t",
            "a=1",
            "$default",
            "🔥");

    private static final List<String> FIELDS = List.of(
            "Cookie",
            "cookie",
            "Content-Type",
            "Origin",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Amzn-Trace-Id",
            "Access-Control-Request-Method",
            "Authorization",
            "Accept",
            "X-Any",
            "Upgrade",
            "Connection",
            "User-Agent");

    private static final List<String> TYPES =
            List.of("application/json", "text/plain", "image/png", "application/x-www-form-urlencoded", "", ";", "/");

    private static final List<String> ANSWERS = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "statusCode",
            "\"statusCode\":",
            "200",
            "204",
            "\"418\"",
            "99",
            "1e9",
            "\"headers\":",
            "{\"A\":\"b\"}",
            "{\"a b\":1}",
            "\"cookies\":",
            "[\"a=1\"]",
            "\"body\":",
            "\"x\"",
            "\"isBase64Encoded\":true",
            "null",
            "true",
            "\\u0000",
            "\\ud800",
            "\u00e9",
            "\0\0\0\0\0\0\0\0",
            " ",
            "\n",
            "{\"statusCode\":200,\"headers\":{\"Content-Length\":\"5\",\"Transfer-Encoding\":\"chunked\"},\"body\":\"",
            "{\"statusCode\":304,\"body\":\"",
            "\"}");

    @TempDir
    private Path data;

    private final long seed = Long.getLong("hearth.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private UrlServer server;

    @BeforeEach
    void start() {
        server = new UrlServer(data);
        server.url(open().cors(Cors.builder().allowOrigins(List.of("*")).build()));
        System.out.println("seed " + seed);
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(server.memory.left()).isEqualTo(server.memoryAtRest);
    }

    @Test
    void answersEveryRequestAsAwsMight() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            var sent = randomRequest();
            int status;
            try (var client = server.connect()) {
                status = client.sendWhatIsTaken(sent)
                        .endOutput()
                        .readWithoutBody()
                        .status();
            }

            assertThat(status)
                    .as("seed %d, round %d: %s", seed, round, new String(sent, StandardCharsets.ISO_8859_1))
                    .isIn(200, 299, 400, 403, 405, 413);
            for (var event = server.invocations.poll(); event != null; event = server.invocations.poll()) {
                requireJson(event.payload());
            }
        }
        assertThat(server.defects).hasValue(0);
        assertThat(server.get("/").status()).isEqualTo(200);
    }

    @Test
    void makesAnAnswerOfWhateverAFunctionReturns() {
        for (int round = 0; round < ROUNDS; round++) {
            var payload = randomAnswer();
            server.function = answering(payload);
            try (var client = server.connect()) {
                client.send(request("GET", "/", "") + request("GET", "/", ""));

                int status = client.read().status();
                assertThat(status)
                        .as("seed %d, round %d: %s", seed, round, payload)
                        .isBetween(200, 599);
                assertThat(client.read().status()).isEqualTo(status);
            }
        }
        assertThat(server.defects).hasValue(0);
    }

    @Test
    void makesAnAnswerOfWhateverAFunctionStreams() {
        server.url(open().invokeMode("RESPONSE_STREAM"));
        for (int round = 0; round < ROUNDS; round++) {
            var whole = bytes(randomAnswer() + (random.nextInt(3) == 0 ? "" : "\0".repeat(8) + randomAnswer()));
            int cut = random.nextInt(whole.length + 1);
            var type = random.nextInt(4) == 0 ? "text/plain" : Prelude.CONTENT_TYPE;
            server.function = (_, answer) -> {
                if (whole.length % 7 == 0) {
                    answer.ended(new Answered(whole, type, null));
                    return;
                }
                var stream = answer.begins(type);
                stream.write(
                        Arrays.copyOf(whole, cut),
                        () -> stream.write(
                                Arrays.copyOfRange(whole, cut, whole.length), () -> answer.ended(new Streamed(null))));
            };
            try (var client = server.connect()) {
                client.send(request("GET", "/", "") + request("GET", "/", ""));

                int status = client.read().status();
                assertThat(status)
                        .as("seed %d, round %d: %s", seed, round, new String(whole, StandardCharsets.UTF_8))
                        .isBetween(200, 599);
                assertThat(client.read().status()).isEqualTo(status);
            }
        }
        assertThat(server.defects).hasValue(0);
    }

    private byte[] randomRequest() {
        var head = new StringBuilder();
        head.append(pick(List.of("GET", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "HEAD", "TRACE", "get", "")));
        head.append(' ').append(random.nextInt(4) == 0 ? "/_hearth/urls/" + ID : "");
        head.append(random.nextInt(20) == 0 ? "" : "/");
        pieces(head, 6);
        head.append(" HTTP/1.1\r\n");
        for (int i = random.nextInt(30) == 0 ? random.nextInt(3) : 1; i > 0; i--) {
            head.append("Host: ").append(pick(HOSTS)).append("\r\n");
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            var name = pick(FIELDS);
            head.append(name).append(": ");
            if (name.equals("Content-Type")) {
                head.append(pick(TYPES));
            } else {
                pieces(head, 5);
            }
            head.append("\r\n");
        }
        var body = new byte[random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(40)];
        random.nextBytes(body);
        if (random.nextInt(6) == 0) {
            head.append("Transfer-Encoding: chunked\r\n\r\n").append(Integer.toHexString(body.length));
            head.append("\r\n")
                    .append(new String(body, StandardCharsets.ISO_8859_1))
                    .append("\r\n0\r\n\r\n");
        } else {
            // Now and then a socket that ends half-way.
            int announced = body.length + (random.nextInt(8) == 0 ? random.nextInt(9) : 0);
            head.append("Content-Length: ").append(announced).append("\r\n\r\n");
            head.append(new String(body, StandardCharsets.ISO_8859_1));
        }
        return head.toString().getBytes(random.nextBoolean() ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    private void pieces(StringBuilder text, int most) {
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(pick(PIECES));
        }
    }

    private String randomAnswer() {
        var text = new StringBuilder(random.nextBoolean() ? "{\"statusCode\":" + random.nextInt(700) : "");
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append(pick(ANSWERS));
        }
        return text.append(random.nextBoolean() ? "}" : "").toString();
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static void requireJson(byte[] event) throws IOException {
        try (var json = new JsonFactory().createParser(event)) {
            while (json.nextToken() != null) {
                if (json.currentToken().isScalarValue()) {
                    json.getText();
                }
            }
        }
    }
}
