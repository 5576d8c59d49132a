package hearth.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidZipFileException;
import software.amazon.awssdk.services.lambda.model.S3ObjectStorageMode;

/// Code from a server that speaks S3: moto, where the host's python3.11 has it.
class CodeFromS3Test {
    /// A key that moto takes as it takes any; whoever has none gets nothing of a bucket that is not public.
    private static final Map<String, String> SIGNING =
            Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test");

    /// Without any signature, moto lets nobody set up a bucket. It looks at none.
    private static final String SIGNATURE =
            "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request," + " SignedHeaders=host, Signature=0";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path data;

    private Moto moto;
    private URI s3;

    @BeforeEach
    void startMoto() throws Exception {
        moto = Moto.start();
        s3 = moto.url();
    }

    @AfterEach
    void endMoto() {
        if (moto != null) {
            moto.close();
        }
    }

    @Test
    void isFetchedForFunctionsAndLayers() throws Exception {
        put("/code", new byte[0]);
        put("/code/one/app.zip", zip("one"));
        put("/code/two.zip", zip("two"));
        var environment = new HashMap<>(SIGNING);
        environment.put("AWS_ENDPOINT_URL_S3", s3.toString());
        try (var server = HearthProcess.start(data, environment, "--pool-memory", "0");
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName("from-s3")
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .timeout(60)
                    .code(c -> c.s3Bucket("code").s3Key("one/app.zip")));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("from-s3"));
            assertThat(invoke(lambda)).isEqualTo("\"one\"");

            lambda.updateFunctionCode(
                    r -> r.functionName("from-s3").s3Bucket("code").s3Key("two.zip"));
            lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("from-s3"));
            assertThat(invoke(lambda)).isEqualTo("\"two\"");

            var layer = lambda.publishLayerVersion(
                    r -> r.layerName("from-s3").content(c -> c.s3Bucket("code").s3Key("two.zip")));
            assertThat(layer.content().codeSize()).isEqualTo(zip("two").length);

            assertThatThrownBy(() -> lambda.updateFunctionCode(
                            r -> r.functionName("from-s3").s3Bucket("code").s3Key("missing.zip")))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message:"
                            + " The specified key does not exist.");
            assertThatThrownBy(() -> lambda.updateFunctionCode(
                            r -> r.functionName("from-s3").s3Bucket("nowhere").s3Key("two.zip")))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining(
                            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message:"
                                    + " The specified bucket does not exist");
        }
    }

    @Test
    void staysThereWhenItIsReferredTo() throws Exception {
        makeVersionedBucket();
        var first = put("/code/app.zip", zip("one"));
        put("/code/app.zip", zip("two"));
        try (var server = HearthProcess.start(data, SIGNING, "--pool-memory", "0", "--endpoint", "s3=" + s3);
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, first);
            assertThat(invoke(lambda)).isEqualTo("\"one\"");
            var code = lambda.getFunction(r -> r.functionName("from-s3")).code();
            assertThat(code.resolvedS3Object().s3Key()).isEqualTo("app.zip");
            assertThat(code.resolvedS3Object().s3ObjectVersion()).isEqualTo(first);
            assertThat(code.location()).isNull();

            lambda.updateFunctionCode(r -> r.functionName("from-s3")
                    .s3Bucket("code")
                    .s3Key("app.zip")
                    .s3ObjectStorageMode(S3ObjectStorageMode.REFERENCE));
            lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("from-s3"));
            assertThat(invoke(lambda)).isEqualTo("\"two\"");
            var layer = lambda.publishLayerVersion(r -> r.layerName("from-s3").content(c -> c.s3Bucket("code")
                    .s3Key("app.zip")
                    .s3ObjectVersion(first)
                    .s3ObjectStorageMode(S3ObjectStorageMode.REFERENCE)));
            assertThat(layer.content().resolvedS3Object().s3ObjectVersion()).isEqualTo(first);
            assertThat(lambda.getAccountSettings().accountUsage().totalCodeSize())
                    .isZero();
            try (var kept = Files.walk(data.resolve("objects"))) {
                assertThat(kept.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    @Test
    void endsAFunctionWhoseCodeIsGone() throws Exception {
        makeVersionedBucket();
        var version = put("/code/app.zip", zip("one"));
        try (var server = HearthProcess.start(data, SIGNING, "--pool-memory", "0", "--endpoint", "s3=" + s3);
                var lambda = Clients.lambda(server.endpoint())) {
            create(lambda, version);
            var deletion = HttpRequest.newBuilder(s3.resolve("/code/app.zip?versionId=" + version))
                    .header("Authorization", SIGNATURE)
                    .DELETE();
            http.send(deletion.build(), BodyHandlers.discarding());

            assertThatThrownBy(() -> invoke(lambda))
                    .isInstanceOf(InvalidZipFileException.class)
                    .hasMessageContaining("S3 Error Code: NoSuchVersion");

            Await.until(
                    "the function is inactive", () -> lambda.getFunctionConfiguration(r -> r.functionName("from-s3"))
                            .stateAsString()
                            .equals("Inactive"));
            var function = lambda.getFunction(r -> r.functionName("from-s3"));
            assertThat(function.configuration().stateReasonCodeAsString()).isEqualTo("DependencyError");
            assertThat(function.code().error().errorCode()).isEqualTo("NoSuchVersion");
            assertThatThrownBy(() -> invoke(lambda)).hasMessageContaining("in the following state: Inactive");
        }
    }

    private void makeVersionedBucket() throws IOException, InterruptedException {
        put("/code", new byte[0]);
        put("/code?versioning", """
                <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status>\
                </VersioningConfiguration>""".getBytes(UTF_8));
    }

    private static void create(LambdaClient lambda, String version) {
        lambda.createFunction(r -> r.functionName("from-s3")
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.s3Bucket("code")
                        .s3Key("app.zip")
                        .s3ObjectVersion(version)
                        .s3ObjectStorageMode(S3ObjectStorageMode.REFERENCE)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("from-s3"));
    }

    private static String invoke(LambdaClient lambda) {
        return lambda.invoke(r -> r.functionName("from-s3")).payload().asUtf8String();
    }

    private static byte[] zip(String text) {
        return Zips.of("app.py", "def handler(e, c):\n    return '" + text + "'\n")
                .asByteArray();
    }

    /// @return the version that the object has now; empty where there are none
    private String put(String path, byte[] content) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(s3.resolve(path))
                .header("Authorization", SIGNATURE)
                .PUT(BodyPublishers.ofByteArray(content));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("x-amz-version-id").orElse("");
    }
}
