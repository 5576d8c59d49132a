package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionAnswerTest {
    @Test
    void saysWhatTheAnswerIs() throws Exception {
        var answer = answer("""
            {"statusCode": 201, "headers": {"Content-Type": "text/plain", "My-Header": "x"},
             "cookies": ["a=1; Secure", "b=2"], "body": "hällo", "isBase64Encoded": false, "other": {"a": [1]}}\
            """);

        assertThat(answer.head().status()).isEqualTo(201);
        assertThat(answer.head().headers())
                .containsExactlyInAnyOrderEntriesOf(Map.of("content-type", "text/plain", "my-header", "x"));
        assertThat(answer.head().cookies()).containsExactly("a=1; Secure", "b=2");
        assertThat(text(answer)).isEqualTo("hällo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"statusCode\":\"418\"}|418|",
                "{\"statusCode\":200,\"body\":\"body123\"}|200|body123",
                "{\"body\":\"late\",\"statusCode\":200}|200|late",
                "{\"statusCode\":200,\"body\":\"aGk=\",\"isBase64Encoded\":true}|200|hi",
                "{\"statusCode\":599,\"body\":null,\"headers\":null,\"cookies\":null}|599|",
                "{\"hello\": \"world\"}|200|{\"hello\":\"world\"}",
                "[\"hello\", 3, true]|200|[\"hello\",3,true]",
                "\"hello\"|200|hello",
                "\"a\\nb\\u00e9\"|200|'a\nbé'",
                "3|200|3",
                "3.1|200|3.1",
                "1e400|200|1e400",
                "true|200|true",
                "null|200|null",
                "[{\"statusCode\":500}]|200|[{\"statusCode\":500}]",
                "{\"a\": {\"statusCode\": 500}, \"body\": 5}|200|{\"a\":{\"statusCode\":500},\"body\":5}",
                "{\"status\": \"\\u00e9\"}|200|{\"status\":\"é\"}"
            })
    void isMadeOfWhateverTheFunctionReturns(String payload, int status, String body) throws Exception {
        var answer = answer(payload.replace("'", ""));

        assertThat(answer.head().status()).isEqualTo(status);
        assertThat(text(answer)).isEqualTo(body == null ? "" : body.replace("'", ""));
    }

    @Test
    void isEmptyWhereTheRuntimePostedNothing() throws Exception {
        assertThat(FunctionAnswer.of(new byte[0]).body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "{\"a\":1} x",
                "{\"statusCode\":200} x",
                "\"a\" \"b\"",
                "{\"a\"",
                "NaN",
                "{\"statusCode\":\"abc\"}",
                "{\"statusCode\":null}",
                "{\"statusCode\":20}",
                "{\"statusCode\":200.5}",
                "{\"statusCode\":1e2}",
                "{\"statusCode\":-200}",
                "{\"statusCode\":101}",
                "{\"statusCode\":600}",
                "{\"statusCode\":[200]}",
                "{\"statusCode\":200,\"headers\":[]}",
                "{\"statusCode\":200,\"headers\":\"a\"}",
                "{\"statusCode\":200,\"headers\":{\"a\":[\"b\"]}}",
                "{\"statusCode\":200,\"headers\":{\"a\":{}}}",
                "{\"statusCode\":200,\"headers\":{\"a b\":\"c\"}}",
                "{\"statusCode\":200,\"headers\":{\"a\\r\\nSet-Cookie\":\"c\"}}",
                "{\"statusCode\":200,\"headers\":{\"\":\"c\"}}",
                "{\"statusCode\":200,\"headers\":{\"\u00e9\":\"c\"}}",
                "{\"statusCode\":200,\"cookies\":\"a=1\"}",
                "{\"statusCode\":200,\"cookies\":[1]}",
                "{\"statusCode\":200,\"body\":5}",
                "{\"statusCode\":200,\"body\":{}}",
                "{\"statusCode\":200,\"body\":\"*\",\"isBase64Encoded\":true}",
                "{\"statusCode\":200,\"isBase64Encoded\":\"true\"}"
            })
    void isUnusableWhereNoAnswerCanBeMadeOfIt(String payload) {
        assertThatThrownBy(() -> answer(payload)).isInstanceOf(UnusableAnswerException.class);
    }

    @Test
    void takesNumbersAndTruthValuesAsHeaders() throws Exception {
        var head = answer("{\"statusCode\":200,\"headers\":{\"A\":1,\"B\":2.50,\"C\":true,\"D\":null}}")
                .head();

        assertThat(head.headers()).containsExactlyInAnyOrderEntriesOf(Map.of("A", "1", "B", "2.50", "C", "true"));
    }

    @Test
    void sendsCharactersOfHeadersAsTheirBytes() throws Exception {
        var head = answer("{\"statusCode\":200,\"headers\":{\"A\":\"é€\"},\"cookies\":[\"c=é\"]}")
                .head();

        assertThat(Objects.requireNonNull(head.headers().get("A")).getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo("é€".getBytes(StandardCharsets.UTF_8));
        assertThat(head.cookies().getFirst().getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo("c=é".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void heedsTheLastOfHeadersThatDifferInCaseAlone() throws Exception {
        var head = answer("{\"statusCode\":200,\"headers\":{\"X-A\":\"1\",\"x-a\":\"2\"}}")
                .head();

        assertThat(head.headers()).hasSize(1).containsEntry("X-A", "2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "www-authenticate",
                "Content-Length",
                "connection",
                "Date",
                "server",
                "authorization",
                "x-amzn-RequestId",
                "host"
            })
    void renamesWhatTheServerSaysItself(String name) throws Exception {
        var head = answer("{\"statusCode\":200,\"headers\":{\"" + name + "\":\"5\"}}")
                .head();

        assertThat(List.copyOf(head.headers().entrySet()))
                .containsExactly(Map.entry("x-amzn-Remapped-" + name.toLowerCase(Locale.ROOT), "5"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding", "upgrade", "keep-alive", "trailer", "te"})
    void dropsWhatWouldChangeHowTheAnswerIsRead(String name) throws Exception {
        assertThat(answer("{\"statusCode\":200,\"headers\":{\"" + name + "\":\"chunked\"}}")
                        .head()
                        .headers())
                .isEmpty();
    }

    private static FunctionAnswer answer(String payload) throws UnusableAnswerException {
        return FunctionAnswer.of(payload.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(FunctionAnswer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
