package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreludeTest {
    private static final String HEAD =
            "{\"statusCode\":201,\"headers\":{\"Content-Type\":\"text/plain\"},\"cookies\":[\"a=1\"],\"x\":[0]}";
    private static final String ZEROS = "\0".repeat(8);

    /// Wherever the pieces end, the head and the body are the same.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 9, 64, 1000})
    void isFoundHoweverItIsCut(int size) throws Exception {
        var whole = bytes(HEAD + ZEROS + "body\0\0\0\0\0\0\0\0more");
        var prelude = new Prelude();
        var body = new ByteArrayOutputStream();
        Prelude.Ended ended = null;
        for (int at = 0; at < whole.length; at += size) {
            var piece = Arrays.copyOfRange(whole, at, Math.min(whole.length, at + size));
            if (ended == null) {
                ended = prelude.take(piece);
                if (ended != null) {
                    body.writeBytes(ended.body());
                }
            } else {
                body.writeBytes(piece);
            }
        }

        var head = Objects.requireNonNull(ended).head();
        assertThat(head.status()).isEqualTo(201);
        assertThat(head.headers()).containsEntry("content-type", "text/plain");
        assertThat(head.cookies()).containsExactly("a=1");
        assertThat(body.toString(StandardCharsets.UTF_8)).isEqualTo("body\0\0\0\0\0\0\0\0more");
    }

    @Test
    void saysTwoHundredUnlessToldOtherwise() throws Exception {
        assertThat(Objects.requireNonNull(new Prelude().take(bytes("{}" + ZEROS)))
                        .head()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void goesOnWithoutItsZeros() throws Exception {
        assertThat(new Prelude().take(bytes(HEAD + "\0".repeat(7)))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{", "no JSON", "{} {}", "{\"statusCode\":\"x\"}", "{\"headers\":{\"a b\":\"c\"}}"})
    void isUnusableWhereItIsNoHead(String head) {
        assertThatThrownBy(() -> new Prelude().take(bytes(head + ZEROS))).isInstanceOf(UnusableAnswerException.class);
    }

    @Test
    void isUnusableWhereItDoesNotEnd() throws Exception {
        var prelude = new Prelude();
        var piece = new byte[Prelude.LARGEST / 2];
        Arrays.fill(piece, (byte) ' ');
        assertThat(prelude.take(piece)).isNull();
        assertThat(prelude.take(piece)).isNull();

        assertThatThrownBy(() -> prelude.take(bytes(" "))).isInstanceOf(UnusableAnswerException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.awslambda.http-integration-response, true",
        "Application/vnd.awslambda.HTTP-integration-response; charset=utf-8, true",
        "application/json, false",
        "'', false"
    })
    void isToldByTheType(String contentType, boolean comes) {
        assertThat(Prelude.comesWith(contentType)).isEqualTo(comes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
