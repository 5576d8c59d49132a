package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.Region;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionUrlAddressesTest {
    private static final Region REGION = new Region("eu-west-1");

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9000, http://abc.lambda-url.eu-west-1.localhost:9000/",
        "http://localhost:9000, http://abc.lambda-url.eu-west-1.localhost:9000/",
        "http://[::1]:9000, http://abc.lambda-url.eu-west-1.localhost:9000/",
        "http://lambda.localhost, http://abc.lambda-url.eu-west-1.localhost/",
        "https://127.0.0.2:9000, https://abc.lambda-url.eu-west-1.localhost:9000/",
        "http://hearth:9000, http://hearth:9000/_hearth/urls/abc/",
        "http://127.0.0.1.example.com, http://127.0.0.1.example.com/_hearth/urls/abc/",
        "https://lambda.example.com, https://lambda.example.com/_hearth/urls/abc/",
        "http://localhost:9000/lambda, http://localhost:9000/lambda/_hearth/urls/abc/"
    })
    void areNamesUnderLocalhostForWhoeverCameByTheLoopback(String endpoint, String address) {
        assertThat(addresses("", true).of(caller(endpoint), "abc", REGION)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:9000", "http://localhost:9000", "http://hearth:9000"})
    void arePathsWhereSuchNamesAreNotResolved(String endpoint) {
        assertThat(addresses("", false).of(caller(endpoint), "abc", REGION)).isEqualTo(endpoint + "/_hearth/urls/abc/");
    }

    @ParameterizedTest
    @CsvSource({
        "fn.example.com, http://abc.lambda-url.eu-west-1.fn.example.com:9123/",
        ".fn.example.com, http://abc.lambda-url.eu-west-1.fn.example.com:9123/",
        "fn.example.com:80, http://abc.lambda-url.eu-west-1.fn.example.com:80/",
        "https://fn.example.com, https://abc.lambda-url.eu-west-1.fn.example.com/",
        "https://fn.example.com:8443/, https://abc.lambda-url.eu-west-1.fn.example.com:8443/",
        "localhost, http://abc.lambda-url.eu-west-1.localhost:9123/"
    })
    void endAsConfiguredWhoeverAsks(String suffix, String address) {
        assertThat(addresses(suffix, false).of(caller("http://hearth:9000"), "abc", REGION))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://fn.example.com", "fn..example.com", "fn example", "https://", "fn.example.com/path", "*"})
    void haveNoSuffixThatIsNoDomain(String suffix) {
        assertThatThrownBy(() -> UrlSuffix.parse(suffix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and not " + suffix);
    }

    @Test
    void areNotNamesWhereTheResolverFails() {
        var names = LocalhostNames.begin(_ -> {
            throw new IllegalStateException("A test asked for it");
        });

        assertThat(names.resolve()).isFalse();
        assertThat(LocalhostNames.begin(LocalhostNames.EXAMPLE::equals).resolve())
                .isTrue();
    }

    private static FunctionUrlAddresses addresses(String suffix, boolean resolved) {
        return new FunctionUrlAddresses(
                suffix.isEmpty() ? Optional.empty() : Optional.of(UrlSuffix.parse(suffix)), () -> 9123, () -> resolved);
    }

    private static Caller caller(String endpoint) {
        return new Caller(new AccountId("123456789012"), REGION, endpoint);
    }
}
