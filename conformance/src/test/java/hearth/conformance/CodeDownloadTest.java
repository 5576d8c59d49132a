package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.server.auth.KeyFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Deployment packages by the `Code.Location` of GetFunction, with an HTTP client that knows nothing of AWS.
class CodeDownloadTest {
    /// Random, so that the zip is not smaller.
    private static final int LARGE = 30 << 20;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(strings = {"none", "sigv4"})
    void comeWithoutCredentialsWhoeverIsLetIn(String auth) throws Exception {
        var key = new KeyFile(data.resolve(KeyFile.NAME), InstantSource.system())
                .create(new AccountId("111122223333"), null, new Random());
        try (var server = HearthProcess.start(data, "--auth", auth, "--pool-memory", "0");
                var lambda = Clients.lambda(server.endpoint(), key.id(), key.secret(), Region.EU_WEST_1)) {
            var first = create(lambda, "first", 1);
            create(lambda, "second", 2);

            var location = location(lambda, "first");
            var download = get(location);

            assertThat(location).hasHost("127.0.0.1").hasPort(server.endpoint().getPort());
            assertThat(download.statusCode()).isEqualTo(200);
            assertThat(download.headers().firstValue("Content-Type")).hasValue("application/zip");
            assertThat(download.body()).isEqualTo(first);
            assertThat(head(location).headers().firstValue("Content-Length")).hasValue(Integer.toString(first.length));
            assertRefused(URI.create(location.toString().replaceFirst("Signature=.", "Signature=z")));
            assertRefused(URI.create(location.toString().replaceFirst("\\?.*", "")));
            // One package's signature does not lead to another.
            assertRefused(URI.create(
                    location(lambda, "second").toString().replaceFirst("\\?.*", "") + "?" + location.getRawQuery()));
        }
    }

    @Test
    void areThoseOfTheVersionThatIsAskedFor() throws Exception {
        var old = Zips.of("app.py", "old");
        var function = TestServer.create("python3.11", "app.handler", old, 3);
        TestServer.lambda().publishVersion(r -> r.functionName(function));
        TestServer.lambda().updateFunctionCode(r -> r.functionName(function).zipFile(Zips.of("app.py", "new")));

        var version = TestServer.lambda()
                .getFunction(r -> r.functionName(function).qualifier("1"))
                .code();
        var latest =
                TestServer.lambda().getFunction(r -> r.functionName(function)).code();

        assertThat(version.repositoryType()).isEqualTo("S3");
        assertThat(get(URI.create(version.location())).body()).isEqualTo(old.asByteArray());
        assertThat(get(URI.create(latest.location())).body())
                .isEqualTo(Zips.of("app.py", "new").asByteArray());
    }

    @Test
    void haveTheAddressThatTheServerIsSetUpWith() {
        try (var server = HearthProcess.start(
                        data, "--pool-memory", "0", "--public-url", "https://lambda.example.com/of/ours");
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "first", 1);

            assertThat(location(lambda, "first").toString())
                    .startsWith("https://lambda.example.com/of/ours/_hearth/code/");
        }
    }

    private static byte[] create(LambdaClient lambda, String name, long seed) {
        var content = new byte[LARGE];
        new Random(seed).nextBytes(content);
        var zip = Zips.of(Map.of("content", content));
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(zip)));
        return zip.asByteArray();
    }

    private static URI location(LambdaClient lambda, String name) {
        return URI.create(lambda.getFunction(r -> r.functionName(name)).code().location());
    }

    private void assertRefused(URI location) throws IOException, InterruptedException {
        var answer = get(location);

        assertThat(answer.statusCode()).as("%s", location).isEqualTo(403);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/xml");
        assertThat(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("<Code>AccessDenied</Code>");
    }

    private HttpResponse<byte[]> get(URI location) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(location).build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<Void> head(URI location) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(location).HEAD().build(), BodyHandlers.discarding());
    }
}
