package hearth.server.urls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Holder;
import hearth.server.auth.Organization;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlEventTest {
    private static final String ID = "0123456789abcdefghijklmnopqrstuv";
    private static final String HOST = ID + ".lambda-url.eu-west-1.localhost";

    private final Headers headers = new Headers();
    private String method = "GET";
    private String path = "/";
    private String query = "";
    private Optional<UrlEvent.Signer> signer = Optional.empty();

    @Test
    void isPayloadFormatTwo() {
        method = "POST";
        path = "/my/path";
        query = "parameter1=value1&parameter1=value2&parameter2=value";
        header("Host", HOST + ":9000");
        header("User-Agent", "agent");
        header("Cookie", "cookie1=a");
        header("Content-Type", "application/json");

        var event = event("{\"a\": \"b\"}");

        assertThat(event)
                .isEqualTo(map(
                        "version",
                        "2.0",
                        "routeKey",
                        "$default",
                        "rawPath",
                        "/my/path",
                        "rawQueryString",
                        query,
                        "cookies",
                        List.of("cookie1=a"),
                        "headers",
                        map(
                                "host",
                                HOST + ":9000",
                                "user-agent",
                                "agent",
                                "content-type",
                                "application/json",
                                "content-length",
                                "10",
                                "x-forwarded-for",
                                "192.0.2.7",
                                "x-forwarded-port",
                                "9000",
                                "x-forwarded-proto",
                                "http",
                                "x-amzn-trace-id",
                                "Root=1-2-3"),
                        "queryStringParameters",
                        map("parameter1", "value1,value2", "parameter2", "value"),
                        "requestContext",
                        map(
                                "accountId",
                                "anonymous",
                                "apiId",
                                ID,
                                "domainName",
                                HOST,
                                "domainPrefix",
                                ID,
                                "http",
                                map(
                                        "method",
                                        "POST",
                                        "path",
                                        "/my/path",
                                        "protocol",
                                        "HTTP/1.1",
                                        "sourceIp",
                                        "192.0.2.7",
                                        "userAgent",
                                        "agent"),
                                "requestId",
                                "request-1",
                                "routeKey",
                                "$default",
                                "stage",
                                "$default",
                                "time",
                                "12/Mar/2020:19:03:58 +0000",
                                "timeEpoch",
                                1584039838390L),
                        "body",
                        "{\"a\": \"b\"}",
                        "isBase64Encoded",
                        false));
    }

    @Test
    void leavesOutWhatARequestHasNot() {
        var event = event("");

        assertThat(event).doesNotContainKeys("cookies", "queryStringParameters", "body", "pathParameters");
        assertThat(event).containsEntry("rawQueryString", "").containsEntry("isBase64Encoded", false);
        assertThat(context(event)).doesNotContainKeys("authorizer", "authentication");
        assertThat(member(context(event), "http")).containsEntry("userAgent", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pa2%Fth/1", "/%", "/a%2Fb", "/a+b", "//", "/\"\\", "/./../a"})
    void tellsThePathAsItWasSent(String sent) {
        path = sent;

        var event = event("");

        assertThat(event).containsEntry("rawPath", sent);
        assertThat(member(context(event), "http")).containsEntry("path", sent);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foo&%2Fbar=1|foo:,/bar:1",
                "foo=foo&foo=%2Fbar|foo:foo,/bar",
                "a=1&b=2&a=3|a:1,3,b:2",
                "a=x+y%20z|a:x y z",
                "a=%|a:%",
                "a=%zz|a:%zz",
                "a=%C3%A9|a:é",
                "a=b=c|a:b=c",
                "&&a&&|a:",
                "=v|:v"
            })
    void decodesTheQuery(String sent, String pairs) {
        query = sent;

        var event = event("");

        assertThat(event).containsEntry("rawQueryString", sent);
        var told = new ArrayList<String>();
        member(event, "queryStringParameters").forEach((name, value) -> told.add(name + ":" + value));
        assertThat(String.join(",", told)).isEqualTo(pairs);
    }

    @Test
    void replacesWhatIsNoTextInTheQuery() {
        query = "a=%FF";

        assertThat(member(event(""), "queryStringParameters")).containsEntry("a", "\ufffd");
    }

    @Test
    void hasNoParametersOfAQueryOfSeparatorsAlone() {
        query = "&&";

        assertThat(event("")).doesNotContainKey("queryStringParameters").containsEntry("rawQueryString", "&&");
    }

    @Test
    void joinsHeadersAndLeavesTheirValuesAlone() {
        header("My-Header", "With WeiRd CapS");
        header("Multi", "value1");
        header("Multi", "value2");
        header("Quoted", "\"a\\b\"\t");
        header("Bytes", "caf\u00c3\u00a9");
        header("Latin", "caf\u00e9");

        assertThat(told())
                .containsEntry("my-header", "With WeiRd CapS")
                .containsEntry("multi", "value1,value2")
                .containsEntry("quoted", "\"a\\b\"\t")
                .containsEntry("bytes", "café")
                .containsEntry("latin", "café");
    }

    @Test
    void movesCookiesOutOfTheHeaders() {
        header("Cookie", "a=1; b=\"2, 3\";c=4;; ");
        header("Cookie", "d=5=6");

        var event = event("");

        assertThat(event).containsEntry("cookies", List.of("a=1", "b=\"2, 3\"", "c=4", "d=5=6"));
        assertThat(member(event, "headers")).doesNotContainKey("cookie");
    }

    @Test
    void saysNothingOfTheConnection() {
        header("Connection", "upgrade, keep-alive");
        header("Keep-Alive", "timeout=5");
        header("Upgrade", "websocket");
        header("Transfer-Encoding", "chunked");
        header("TE", "trailers");
        header("Expect", "100-continue");

        assertThat(told().keySet())
                .containsExactlyInAnyOrder(
                        "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto");
    }

    @Test
    void saysWhatAProxyInFrontSaid() {
        header("X-Forwarded-For", "198.51.100.1");
        header("X-Forwarded-Proto", "https");
        header("X-Forwarded-Port", "443");

        var event = event("");

        assertThat(member(event, "headers"))
                .containsEntry("x-forwarded-for", "198.51.100.1,192.0.2.7")
                .containsEntry("x-forwarded-proto", "https")
                .containsEntry("x-forwarded-port", "443");
        assertThat(member(context(event), "http")).containsEntry("sourceIp", "192.0.2.7");
    }

    @Test
    void tellsWhoSignedButNotTheSignature() {
        signer = Optional.of(new UrlEvent.Signer(
                new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-1")), "AKIAEXAMPLE"));
        header("Authorization", "AWS4-HMAC-SHA256 Credential=…");
        header("X-Amz-Date", "20260102T030405Z");
        header("X-Amz-Security-Token", "secret");
        header("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");

        var event = event("");

        assertThat(context(event))
                .containsEntry("accountId", "123456789012")
                .containsEntry(
                        "authorizer",
                        map(
                                "iam",
                                map(
                                        "accessKey",
                                        "AKIAEXAMPLE",
                                        "accountId",
                                        "123456789012",
                                        "callerId",
                                        "123456789012",
                                        "cognitoIdentity",
                                        null,
                                        "principalOrgId",
                                        null,
                                        "userArn",
                                        "arn:aws:iam::123456789012:root",
                                        "userId",
                                        "123456789012")));
        assertThat(member(event, "headers"))
                .containsKey("x-amz-content-sha256")
                .doesNotContainKeys("authorization", "x-amz-date", "x-amz-security-token");
    }

    /// So that no function takes it for its own account.
    @Test
    void tellsNoAccountOfAService() {
        var service = new Holder.Service("s3.amazonaws.com");
        signer = Optional.of(new UrlEvent.Signer(
                new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-1"), service), "AKIA"));

        var context = context(event(""));

        assertThat(context).containsEntry("accountId", "s3.amazonaws.com");
        assertThat(member(member(context, "authorizer"), "iam"))
                .containsEntry("accountId", "s3.amazonaws.com")
                .containsEntry("userArn", "s3.amazonaws.com");
    }

    @Test
    void tellsTheOrganizationOfWhoeverSigned() {
        var member = new Holder.Member(new Organization("o-a1b2c3d4e5", ""));
        signer = Optional.of(new UrlEvent.Signer(
                new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-1"), member), "AKIA"));

        assertThat(member(member(context(event("")), "authorizer"), "iam"))
                .containsEntry("principalOrgId", "o-a1b2c3d4e5")
                .containsEntry("userArn", "arn:aws:iam::123456789012:root");
    }

    /// A signature in the query lets whoever has it call again until it expires.
    @Test
    void tellsNothingOfASignatureInTheQuery() {
        signer = Optional.of(new UrlEvent.Signer(
                new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-1")), "AKIAEXAMPLE"));
        query = "a=1&X-Amz-Credential=AKIAEXAMPLE%2F2026&X-Amz-Date=20260102T030405Z&X-Amz-Signature=abc"
                + "&X-Amz-Security-Token=secret&a=2&&b";

        var event = event("");

        assertThat(event).containsEntry("rawQueryString", "a=1&X-Amz-Date=20260102T030405Z&a=2&&b");
        assertThat(member(event, "queryStringParameters"))
                .isEqualTo(map("a", "1,2", "X-Amz-Date", "20260102T030405Z", "b", ""));
    }

    /// They are the caller's own then, as they are where nobody must sign.
    @Test
    void tellsTheWholeQueryOfWhoeverSignsByAHeader() {
        signer = Optional.of(new UrlEvent.Signer(
                new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-1")), "AKIAEXAMPLE"));
        header("Authorization", "AWS4-HMAC-SHA256 Credential=…");
        query = "X-Amz-Signature=abc";

        assertThat(event("")).containsEntry("rawQueryString", query);
    }

    /// Of a URL that asks for no signature they are the caller's own.
    @Test
    void tellsTheWholeQueryWhereNobodyMustSign() {
        query = "X-Amz-Signature=abc";

        assertThat(event("")).containsEntry("rawQueryString", query);
    }

    @Test
    void tellsTheRoleOfAFunctionThatSigned() {
        var role = "arn:aws:iam::123456789012:role/path/worker";
        var caller = new AuthenticatedCaller(
                new AccountId("123456789012"), new Region("eu-west-1"), new Holder.Function(role, "mail"));
        signer = Optional.of(new UrlEvent.Signer(caller, "ASIA"));

        var iam = member(member(context(event("")), "authorizer"), "iam");

        assertThat(iam)
                .containsEntry("userArn", "arn:aws:sts::123456789012:assumed-role/worker/mail")
                .containsEntry("callerId", caller.userId());
    }

    /// Whoever is asked for no signature, and sends one all the same, speaks to the function.
    @Test
    void passesAuthorizationOnWhereNobodyMustSign() {
        header("Authorization", "Bearer token");

        assertThat(told()).containsEntry("authorization", "Bearer token");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, true",
        "TEXT/HTML; charset=utf-8, true",
        "application/json, true",
        "application/json;charset=utf-8, true",
        "application/vnd.api+json, true",
        "application/x-ndjson, true",
        "application/xml, true",
        "image/svg+xml, true",
        "application/javascript, true",
        "application/octet-stream, false",
        "application/x-www-form-urlencoded, false",
        "'multipart/form-data; boundary=text/json', false",
        "image/png, false",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document, false",
        "json, false",
        "'', false"
    })
    void tellsABodyAsTextOrInBase64ByItsType(String contentType, boolean text) {
        header("Content-Type", contentType);

        assertThat(event("grüße"))
                .containsEntry("isBase64Encoded", !text)
                .containsEntry("body", text ? "grüße" : base64(bytes("grüße")));
    }

    @Test
    void tellsABodyWithoutATypeInBase64() {
        assertThat(event("a")).containsEntry("isBase64Encoded", true).containsEntry("body", "YQ==");
    }

    @Test
    void tellsTextThatIsNoneInBase64() {
        header("Content-Type", "text/plain");
        var body = new byte[] {'a', (byte) 0xff, 'b'};

        assertThat(event(body, body.length))
                .containsEntry("isBase64Encoded", true)
                .containsEntry("body", base64(body));
    }

    @Test
    void escapesEveryCharacterThatJsonWouldNotTake() {
        header("Content-Type", "text/plain");
        var all = new StringBuilder();
        for (char c = 0; c < 0x180; c++) {
            all.append(c);
        }
        all.append("\u2028\u20ac\ud83d\ude00");

        assertThat(event(all.toString())).containsEntry("body", all.toString());
    }

    @Test
    void takesAsMuchOfTheArrayAsTheBodyHas() {
        var random = new Random(7);
        for (int length = 1; length < 70; length++) {
            var array = new byte[length + 9];
            random.nextBytes(array);

            assertThat(event(array, length)).containsEntry("body", base64(Arrays.copyOf(array, length)));
        }
    }

    @Test
    void isRefusedWhenItIsLargerThanAnInvocationMayBring() throws Exception {
        header("Content-Type", "text/plain");
        var body = bytes("\n".repeat(100));
        int whole = json(body, body.length, Integer.MAX_VALUE).length;

        assertThat(json(body, body.length, whole)).hasSize(whole);
        assertThatThrownBy(() -> json(body, body.length, whole - 1)).isInstanceOf(UrlEvent.TooLargeException.class);
    }

    private Map<String, Object> told() {
        return member(event(""), "headers");
    }

    private void header(String name, String value) {
        headers.add(name.toLowerCase(Locale.ROOT), value);
    }

    private Map<String, Object> event(String body) {
        return event(bytes(body), bytes(body).length);
    }

    private Map<String, Object> event(byte[] body, int length) {
        try {
            return object(json(body, length, Integer.MAX_VALUE));
        } catch (IOException | UrlEvent.TooLargeException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] json(byte[] body, int length, int largest) throws UrlEvent.TooLargeException {
        var function = new FunctionId(new AccountId("123456789012"), new Region("eu-west-1"), "mail");
        var url = new FunctionUrl(ID, function, "$LATEST", signer.isPresent(), false, Optional.empty());
        return new UrlEvent(
                        new RequestHead(method, path, query, 1, headers),
                        new UrlTarget(ID, "eu-west-1", HOST, path),
                        url,
                        HOST,
                        signer,
                        "192.0.2.7",
                        new UrlEvent.Forwarded(headers, "192.0.2.7", "9000"),
                        "request-1",
                        "Root=1-2-3",
                        Instant.parse("2020-03-12T19:03:58.390Z"))
                .json(body, length, largest);
    }

    private static Map<String, Object> object(byte[] json) throws IOException {
        try (var parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            var read = (Map<?, ?>) Objects.requireNonNull(value(parser));
            assertThat(parser.nextToken()).isNull();
            return named(read);
        }
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, @Nullable Object>();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    var name = json.currentName();
                    json.nextToken();
                    members.put(name, value(json));
                }
                yield members;
            }
            case START_ARRAY -> {
                var items = new ArrayList<@Nullable Object>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(json));
                }
                yield items;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> json.getText();
        };
    }

    private static Map<String, Object> context(Map<String, Object> event) {
        return member(event, "requestContext");
    }

    private static Map<String, Object> member(Map<String, Object> object, String name) {
        assertThat(object).containsKey(name);
        return named((Map<?, ?>) Objects.requireNonNull(object.get(name)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> named(Map<?, ?> object) {
        return (Map<String, Object>) object;
    }

    private static Map<String, @Nullable Object> map(@Nullable Object... members) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < members.length; i += 2) {
            map.put(String.valueOf(members[i]), members[i + 1]);
        }
        return map;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
