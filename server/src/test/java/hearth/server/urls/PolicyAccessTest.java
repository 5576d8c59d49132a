package hearth.server.urls;

import static hearth.server.urls.UrlServer.GREET;
import static hearth.server.urls.UrlServer.open;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.Setting;
import hearth.model.FunctionId;
import hearth.server.access.FunctionAccess;
import hearth.server.http.RawClient;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may call URLs, by the policies of the function and of the alias.
class PolicyAccessTest {
    private static final String URL = "Allow lambda:InvokeFunctionUrl lambda:FunctionUrlAuthType=NONE";
    private static final String FUNCTION = "Allow lambda:InvokeFunction lambda:InvokedViaFunctionUrl=true";
    private static final String ALIAS = "a".repeat(32);

    @TempDir
    private Path data;

    private UrlServer server;

    @BeforeEach
    void start() {
        server = new UrlServer(data);
        server.access = new PolicyAccess(new FunctionAccess(server.resolver, InstantSource.system()));
        server.url(open());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 403",
        URL + ", 403",
        FUNCTION + ", 403",
        URL + ";" + FUNCTION + ", 200",
        "Allow lambda:* ;, 200",
        "Allow lambda:InvokeFunctionUrl lambda:FunctionUrlAuthType=AWS_IAM;" + FUNCTION + ", 403",
        URL + ";Allow lambda:InvokeFunction lambda:InvokedViaFunctionUrl=false, 403",
        URL + ";" + FUNCTION + ";Deny lambda:InvokeFunctionUrl aws:SourceIp=127.0.0.1, 403",
        URL + ";" + FUNCTION + ";Deny lambda:InvokeFunctionUrl aws:SourceIp=192.0.2.1, 200"
    })
    void letInEverybodyWhoseBothActionsThePolicyAllows(String statements, int status) {
        put(FunctionId.LATEST, GREET.arn(), statements);

        assertThat(server.get("/").status()).isEqualTo(status);
    }

    @Test
    void areFollowedAtOnce() {
        assertThat(server.get("/").status()).isEqualTo(403);
        put(FunctionId.LATEST, GREET.arn(), URL + ";" + FUNCTION);
        assertThat(server.get("/").status()).isEqualTo(200);
        server.edit(edit -> edit.remove(Setting.POLICY, Setting.WHOLE));
        assertThat(server.get("/").status()).isEqualTo(403);
    }

    @Test
    void areThoseOfTheAliasForItsUrl() {
        server.url("live", ALIAS, open());
        put(FunctionId.LATEST, GREET.arn(), URL + ";" + FUNCTION);
        assertThat(alias().status()).isEqualTo(403);

        put("live", GREET.arn("live"), URL + ";" + FUNCTION);

        assertThat(alias().status()).isEqualTo(200);
    }

    @Test
    void letInTheFunctionsOwnAccountWhereItSigns() {
        server.url(open().authType("AWS_IAM"));

        assertThat(signed("123456789012").status()).isEqualTo(200);
        assertThat(signed("210987654321").status()).isEqualTo(403);
    }

    @Test
    void letInOtherAccountsThatThePolicyNames() {
        server.url(open().authType("AWS_IAM"));

        put(
                FunctionId.LATEST,
                GREET.arn(),
                "Allow lambda:InvokeFunctionUrl lambda:FunctionUrlAuthType=AWS_IAM;" + FUNCTION);

        assertThat(signed("210987654321").status()).isEqualTo(200);
        put(FunctionId.LATEST, GREET.arn(), URL + ";" + FUNCTION);
        assertThat(signed("210987654321").status()).isEqualTo(403);
    }

    private RawClient.Answer alias() {
        return server.ask("GET /_hearth/urls/" + ALIAS + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private RawClient.Answer signed(String account) {
        return server.get(
                "/",
                "Authorization: AWS4-HMAC-SHA256 Credential=" + account
                        + "/20260102/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0");
    }

    /// @param statements each an effect, an action and perhaps a condition, for everybody
    private void put(String qualifier, String resource, String statements) {
        var all = new StringBuilder();
        for (var statement : statements.split(";")) {
            var words = statement.strip().split(" ");
            if (words.length < 2) {
                continue;
            }
            all.append(all.isEmpty() ? "" : ",").append("""
                {"Sid":"s%d","Effect":"%s","Principal":"*","Action":"%s","Resource":"%s"%s}\
                """.formatted(
                            all.length(), words[0], words[1], resource, words.length < 3 ? "" : condition(words[2])));
        }
        if (!all.isEmpty()) {
            server.edit(edit -> edit.put(
                    Setting.POLICY,
                    qualifier.equals(FunctionId.LATEST) ? Setting.WHOLE : qualifier,
                    "{\"Version\":\"2012-10-17\",\"Statement\":[" + all + "]}"));
        }
    }

    private static String condition(String keyAndValue) {
        var parts = keyAndValue.split("=");
        var operator =
                switch (parts[0]) {
                    case "aws:SourceIp" -> "IpAddress";
                    case "lambda:InvokedViaFunctionUrl" -> "Bool";
                    default -> "StringEquals";
                };
        return ",\"Condition\":{\"" + operator + "\":{\"" + parts[0] + "\":\"" + parts[1] + "\"}}";
    }
}
