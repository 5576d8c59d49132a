package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.ApiException;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedHostsTest {
    private final TrustedHosts hosts = new TrustedHosts(List.of("Lambda.Example.com", "*.corp.example", "10.1.2.3"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:9000",
                "LOCALHOST.",
                "abc.lambda-url.us-east-1.localhost:9000",
                "127.0.0.1",
                "127.1.2.3:80",
                "[::1]:9000",
                "[0:0:0:0:0:0:0:1]",
                "lambda.example.com:443",
                "lambda.example.com.",
                "a.b.corp.example",
                "10.1.2.3:9000"
            })
    void letsInWhoCallsItByAnOwnName(String host) {
        assertThatCode(() -> hosts.check(of("host", host))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rebound.example:9000",
                "localhost.example",
                "notlocalhost",
                "127.0.0.1.example",
                "127.0.0.1@rebound.example",
                "127.0.0.1:9000:80",
                "128.0.0.1",
                "0.0.0.0:9000",
                "[::2]",
                "corp.example",
                "evilcorp.example",
                "other.example.com",
                "localhost/",
                "localhost,rebound.example",
                "\u0000localhost"
            })
    void refusesWhoCallsItBySomeoneElses(String host) {
        hosts.check(of("host", "localhost"));

        assertThatThrownBy(() -> hosts.check(of("host", host)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("only requests to a name of this machine's loopback are served");
        assertThatThrownBy(() -> hosts.check(of("host", host))).isInstanceOf(ApiException.class);
    }

    @Test
    void refusesAGoodNameBesideABadOne() {
        var head = of("host", "localhost");
        head.headers().add("host", "rebound.example");

        assertThatThrownBy(() -> hosts.check(head)).isInstanceOf(ApiException.class);
    }

    @Test
    void letsInWhoNamesNone() {
        assertThatCode(() -> hosts.check(new RequestHead("GET", "/", "", 0, new Headers())))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "http://localhost.example.com",
                "null",
                "http://127.0.0.1@evil",
                "%%",
                "http://abc.lambda-url.us-east-1.localhost:9000"
            })
    void refusesWebPagesFromElsewhere(String origin) {
        assertThatThrownBy(() -> hosts.check(of("origin", origin)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("requests of web pages from elsewhere are refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://localhost:3000", "http://127.0.0.1:9000", "https://[::1]", "https://lambda.example.com"})
    void letsWebPagesOfThisMachineIn(String origin) {
        assertThatCode(() -> hosts.check(of("origin", origin))).doesNotThrowAnyException();
    }

    /// At those names functions answer, and what functions say must not act for the owner.
    @Test
    void letsInWhoCallsFunctionUrlsButNotTheirPages() {
        var urls = new TrustedHosts(List.of(), List.of("Fn.Example"));

        assertThatCode(() -> urls.check(of("host", "abc.lambda-url.us-east-1.fn.example:9000")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> urls.check(of("host", "evilfn.example"))).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> urls.check(of("origin", "http://abc.lambda-url.us-east-1.fn.example:9000")))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("requests of web pages from elsewhere are refused");
    }

    /// Whoever allows all names of a domain does not mean the functions under it.
    @ParameterizedTest
    @ValueSource(
            strings = {"http://abc.lambda-url.us-east-1.fn.example", "http://abc.lambda-url.us-east-1.other.example"})
    void refusesPagesOfFunctionsAlsoUnderAnAllowedDomain(String origin) {
        var urls = new TrustedHosts(List.of("*.example"), List.of("fn.example"));

        assertThatCode(() -> urls.check(of("origin", "http://console.example"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> urls.check(of("origin", origin))).isInstanceOf(ApiException.class);
    }

    private static RequestHead of(String name, String value) {
        var headers = new Headers();
        headers.add(name, value);
        return new RequestHead("POST", "/", "", 1, headers);
    }
}
