package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.ServiceException;
import software.amazon.awssdk.services.s3.S3Client;

/// Deployment packages in a bucket of a server that speaks S3: moto, where the host's python3.11 has it.
class PackagesInBucketTest {
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path data;

    private Moto moto;
    private SwitchedRelay relay;

    @BeforeEach
    void startMoto() throws Exception {
        moto = Moto.start();
        relay = new SwitchedRelay(moto.url());
        try (var s3 = s3()) {
            s3.createBucket(
                    r -> r.bucket("packages").createBucketConfiguration(c -> c.locationConstraint("eu-west-1")));
        }
    }

    @AfterEach
    void endMoto() throws IOException {
        if (moto != null) {
            relay.close();
            moto.close();
        }
    }

    @Test
    void areFetchedByWhoeverHasNoCopyAndDownloadedByUrlsThatOutliveARestart() throws Exception {
        URI location;
        try (var server = start();
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "one");
            assertThat(invoke(lambda)).isEqualTo("\"one\"");
            location = location(lambda);
            assertThat(download(location)).isEqualTo(zip("one").asByteArray());
        }
        try (var s3 = s3()) {
            var keys = s3.listObjectsV2(r -> r.bucket("packages")).contents();
            assertThat(keys).hasSize(1);
            assertThat(keys.getFirst().key()).matches("hearth/[0-9a-f]{16}/[0-9a-f]{64}/1");
        }
        forgetCopies();
        forgetUnpacked();

        try (var server = start();
                var lambda = Clients.lambda(server.endpoint())) {
            // The port is another one; the server's own part of the URL is the same.
            var moved = server.endpoint() + location.getRawPath() + "?" + location.getRawQuery();
            assertThat(download(URI.create(moved))).isEqualTo(zip("one").asByteArray());
            forgetCopies();
            assertThat(invoke(lambda)).isEqualTo("\"one\"");
        }
    }

    @Test
    void areNotMissedWhileTheBucketIsAway() throws Exception {
        try (var server = start();
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, "one");
            assertThat(invoke(lambda)).isEqualTo("\"one\"");
            var location = location(lambda);
            relay.off();

            assertThat(download(location)).isEqualTo(zip("one").asByteArray());
            forgetCopies();
            assertThat(get(location).statusCode()).isEqualTo(503);
            assertThatThrownBy(() -> update(lambda, "two"))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("Deployment packages cannot be kept or read at the moment. Try again later.");
            Await.until("the log says why", () -> server.output()
                    .contains("cannot be kept in s3://packages/hearth at " + relay.url() + ": it does not answer"));
            assertThat(invoke(lambda)).isEqualTo("\"one\"");
            lambda.updateFunctionConfiguration(r -> r.functionName("kept").timeout(7));
        }
        try (var server = start();
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("kept"));
            assertThat(invoke(lambda)).isEqualTo("\"one\"");

            relay.on();

            update(lambda, "two");
            lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("kept"));
            assertThat(invoke(lambda)).isEqualTo("\"two\"");
        }
    }

    private HearthProcess start() {
        return HearthProcess.start(
                data, KEYS, "--pool-memory", "0", "--objects", "s3://packages/hearth?endpoint=" + relay.url());
    }

    private S3Client s3() {
        return Clients.of(S3Client.builder().forcePathStyle(true), moto.url());
    }

    private static void create(LambdaClient lambda, String text) {
        lambda.createFunction(r -> r.functionName("kept")
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(zip(text))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("kept"));
    }

    private static void update(LambdaClient lambda, String text) {
        lambda.updateFunctionCode(r -> r.functionName("kept").zipFile(zip(text)));
    }

    private static String invoke(LambdaClient lambda) {
        return lambda.invoke(r -> r.functionName("kept")).payload().asUtf8String();
    }

    private static SdkBytes zip(String text) {
        return Zips.of("app.py", "def handler(e, c):\n    return '" + text + "'\n");
    }

    private static URI location(LambdaClient lambda) {
        return URI.create(lambda.getFunction(r -> r.functionName("kept")).code().location());
    }

    private byte[] download(URI location) throws IOException, InterruptedException {
        var answer = get(location);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<byte[]> get(URI location) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(location).build(), BodyHandlers.ofByteArray());
    }

    private void forgetCopies() throws IOException {
        try (var files = Files.walk(data.resolve("objects"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    private void forgetUnpacked() throws IOException {
        try (var files = Files.walk(data.resolve("code"))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
