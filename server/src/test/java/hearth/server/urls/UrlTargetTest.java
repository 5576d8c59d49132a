package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTargetTest {
    private static final String ID = "0123456789abcdefghijklmnopqrstuv";

    @ParameterizedTest
    @CsvSource({
        "ID.lambda-url.us-east-1.localhost:9000, ID.lambda-url.us-east-1.localhost",
        "ID.lambda-url.us-east-1.localhost, ID.lambda-url.us-east-1.localhost",
        "ID.Lambda-URL.us-east-1.LOCALHOST:9000, ID.lambda-url.us-east-1.localhost",
        "ID.lambda-url.us-east-1.localhost.:9000, ID.lambda-url.us-east-1.localhost.",
        "ID.lambda-url.us-east-1.fn.example.com:8443, ID.lambda-url.us-east-1.fn.example.com",
        "ID.lambda-url.us-east-1.on.aws, ID.lambda-url.us-east-1.on.aws"
    })
    void isToldByTheHost(String host, String domainName) {
        var target = UrlTarget.of(request(host.replace("ID", ID), "/a%2Fb")).orElseThrow();

        assertThat(target).isEqualTo(new UrlTarget(ID, "us-east-1", domainName.replace("ID", ID), "/a%2Fb"));
        assertThat(target.isByPath()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/_hearth/urls/ID, /",
        "/_hearth/urls/ID/, /",
        "/_hearth/urls/ID/a/b%2Fc, /a/b%2Fc",
        "/_hearth/urls/ID//a, //a"
    })
    void isToldByThePath(String path, String rest) {
        var target =
                UrlTarget.of(request("localhost:9000", path.replace("ID", ID))).orElseThrow();

        assertThat(target).isEqualTo(new UrlTarget(ID, "", "", rest));
        assertThat(target.isByPath()).isTrue();
    }

    /// Under its name all paths are the function's.
    @Test
    void isToldByTheHostBeforeThePath() {
        var path = "/_hearth/urls/" + "x".repeat(32) + "/a";

        assertThat(UrlTarget.of(request(ID + ".lambda-url.us-east-1.localhost", path)))
                .contains(new UrlTarget(ID, "us-east-1", ID + ".lambda-url.us-east-1.localhost", path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ID.lambda-url.localhost",
                "ID.lambda-url.us_east_1.localhost",
                ".lambda-url.us-east-1.localhost",
                "%.lambda-url.us-east-1.localhost",
                "ID.lambda-url.us-east-1.",
                "ID.lambda-url..localhost"
            })
    void isNobodyWhereTheHostIsAlmostAUrl(String host) {
        assertThat(UrlTarget.of(request(host.replace("ID", ID), "/")))
                .hasValueSatisfying(target -> assertThat(target.id()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:9000", "127.0.0.1:9000", "[::1]:9000", "", "lambda-url.us-east-1.localhost", "a.b.c"})
    void isNoneOfAnyOtherRequest(String host) {
        assertThat(UrlTarget.of(request(host, "/2015-03-31/functions"))).isEmpty();
    }

    private static RequestHead request(String host, String path) {
        var headers = new Headers();
        headers.add("host", host);
        return new RequestHead("GET", path, "", 1, headers);
    }
}
