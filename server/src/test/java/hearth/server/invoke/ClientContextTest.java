package hearth.server.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ClientContextTest {
    @Test
    void isTheDecodedJson() {
        assertThat(ClientContext.decode(base64("{\"custom\":{\"a\":1}}"))).isEqualTo("{\"custom\":{\"a\":1}}");
    }

    @Test
    void isOneLineOfAsciiSoThatItCanBeAHeader() {
        assertThat(ClientContext.decode(base64("{\r\n\t\"a\": \"ü😀\"}")))
                .isEqualTo("{   \"a\": \"\\u00fc\\ud83d\\ude00\"}");
    }

    @Test
    void takesAtMost3583BytesOfBase64() {
        // Base64 grows by four, and padding may be left out.
        var longest = base64("{\"a\":\"" + "x".repeat(2678) + "\"}").replace("=", "");
        var tooLong = base64("{\"a\":\"" + "x".repeat(2680) + "\"}");
        assertThat(longest).hasSize(3582);
        assertThat(tooLong).hasSize(3584);

        assertThat(ClientContext.decode(longest)).hasSize(2686);
        assertThatThrownBy(() -> ClientContext.decode(tooLong))
                .isInstanceOf(ApiException.class)
                .hasMessage("Client context must be at most 3583 bytes in base64.");
    }

    @Test
    void refusesWhatIsNoBase64OrNoJsonObject() {
        for (var wrong : new String[] {"{}", "!!!", "", base64("[]"), base64("{"), base64("{} {}"), base64("x")}) {
            assertThatThrownBy(() -> ClientContext.decode(wrong))
                    .isInstanceOf(ApiException.class)
                    .hasMessage("Client context must be a valid Base64-encoded JSON object.");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
