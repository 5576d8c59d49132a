package hearth.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointsTest {
    private final Endpoints endpoints = new Endpoints(Optional.empty(), "http://127.0.0.1:9000");

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:9000", "lambda.example.com", "host.docker.internal:19000", "10.0.0.7:80", "[::1]:9000"
            })
    void isTheHostThatTheRequestNames(String host) {
        assertThat(of(endpoints, Map.of("Host", host))).isEqualTo("http://" + host);
    }

    @Test
    void isSecureWhereAProxySaysSo() {
        assertThat(of(endpoints, Map.of("Host", "lambda.example.com", "X-Forwarded-Proto", "https")))
                .isEqualTo("https://lambda.example.com");
        assertThat(of(endpoints, Map.of("Host", "lambda.example.com", "X-Forwarded-Proto", "javascript")))
                .isEqualTo("http://lambda.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "user@host", "a:b", "a:123456", "[::1", "a?b", "grüße"})
    void isTheListenersOwnAddressWhereTheRequestNamesNoHost(String host) {
        assertThat(of(endpoints, Map.of("Host", host))).isEqualTo("http://127.0.0.1:9000");
        assertThat(of(endpoints, Map.of())).isEqualTo("http://127.0.0.1:9000");
    }

    @Test
    void isWhatIsConfiguredWhateverTheRequestNames() {
        var configured = new Endpoints(Optional.of("https://public.example.com/lambda"), "http://127.0.0.1:9000");

        assertThat(of(configured, Map.of("Host", "localhost:9000"))).isEqualTo("https://public.example.com/lambda");
    }

    private static String of(Endpoints endpoints, Map<String, String> headers) {
        return endpoints.of(headers::get);
    }
}
