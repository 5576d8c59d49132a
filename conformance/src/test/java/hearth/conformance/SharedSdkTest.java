package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// AWS's SDKs that all functions share, as `./hearth runtimes install` leaves them, and the copies that beat them.
class SharedSdkTest {
    private static final String PYTHON = "import boto3\ndef handler(event, context):\n    return boto3.WHOSE\n";
    private static final String NODE =
            "exports.handler = async () => [require('@aws-sdk/client-s3').whose, require('@smithy/core').whose];\n";

    private static void keep(Path data, String copy, String modules, String since, List<String> files)
            throws IOException {
        var building = Files.createDirectories(data.resolve("runtimes/.building/new"));
        for (int i = 0; i < files.size(); i += 2) {
            var file = building.resolve(modules).resolve(files.get(i));
            Files.createDirectories(file.getParent());
            Files.writeString(file, files.get(i + 1));
        }
        Files.writeString(building.resolve("sdk.properties"), "version=1.0.0\nsince=" + since + "\n");
        var place = data.resolve("runtimes").resolve(copy);
        Files.createDirectories(place.getParent());
        Files.move(building, place, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(data.resolve("runtimes/.building"));
    }

    private static void keepBoth(Path data) throws IOException {
        keep(data, "boto3/1.0.0", "site-packages", "3.8", List.of("boto3/__init__.py", "WHOSE = 'the runtime'\n"));
        keep(
                data,
                "aws-sdk-js/1.0.0",
                "node_modules",
                "16",
                List.of(
                        "@aws-sdk/client-s3/index.js", "exports.whose = 'the runtime';\n",
                        "@smithy/core/index.js", "exports.whose = 'the runtime';\n"));
    }

    /// @param files names and contents in turn
    private static SdkBytes zip(String... files) {
        var contents = new TreeMap<String, byte[]>();
        for (int i = 0; i < files.length; i += 2) {
            contents.put(files[i], files[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return Zips.of(contents);
    }

    private static String run(LambdaClient lambda, String runtime, SdkBytes zip, String... layers) {
        var name = TestServer.name("sdk");
        lambda.createFunction(r -> r.functionName(name)
                .runtime(runtime)
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(20)
                .memorySize(512)
                .layers(layers)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return lambda.invoke(r -> r.functionName(name)).payload().asUtf8String();
    }

    private static String layer(LambdaClient lambda, SdkBytes zip) {
        return lambda.publishLayerVersion(
                        r -> r.layerName(TestServer.name("sdk")).content(c -> c.zipFile(zip)))
                .layerVersionArn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "process"})
    void theFunctionsCopyAndThoseOfItsLayersBeatTheSharedOne(String sandbox) throws IOException {
        var python = InstalledRuntimes.any("python3.12", "python3.11", "python3.13", "python3.10", "python3.9");
        var node = InstalledRuntimes.any("nodejs20.x", "nodejs22.x", "nodejs18.x", "nodejs24.x", "nodejs26.x");
        var data = TestServer.temporaryFolder();
        keepBoth(data);
        try (var server = HearthProcess.start(data, "--sandbox", sandbox);
                var lambda = Clients.lambda(server.endpoint())) {
            assertThat(run(lambda, python, zip("app.py", PYTHON))).isEqualTo("\"the runtime\"");
            assertThat(run(lambda, python, zip("app.py", PYTHON)))
                    .as("from a runtime that was booted ahead, if there is one")
                    .isEqualTo("\"the runtime\"");
            assertThat(run(lambda, python, zip("app.py", PYTHON, "boto3.py", "WHOSE = 'the function'\n")))
                    .isEqualTo("\"the function\"");
            assertThat(run(lambda, node, zip("app.js", NODE))).isEqualTo("[\"the runtime\",\"the runtime\"]");
            assertThat(run(
                            lambda,
                            node,
                            zip(
                                    "app.js",
                                    NODE,
                                    "node_modules/@aws-sdk/client-s3/index.js",
                                    "exports.whose = 'the function';\n")))
                    .isEqualTo("[\"the function\",\"the runtime\"]");

            // A plain process has no /opt, where the Python runtime looks for layers.
            if (!sandbox.equals("process")) {
                var pythonLayer = layer(lambda, zip("python/boto3.py", "WHOSE = 'the layer'\n"));
                assertThat(run(lambda, python, zip("app.py", PYTHON), pythonLayer))
                        .isEqualTo("\"the layer\"");
            }
            var nodeLayer = layer(
                    lambda, zip("nodejs/node_modules/@aws-sdk/client-s3/index.js", "exports.whose = 'the layer';\n"));
            assertThat(run(lambda, node, zip("app.js", NODE), nodeLayer)).isEqualTo("[\"the layer\",\"the runtime\"]");
        }
    }

    @Test
    void aRunningServerFindsOneThatComesAndNoneCanChangeIt() throws IOException {
        var python = InstalledRuntimes.any("python3.12", "python3.11", "python3.13", "python3.10", "python3.9");
        var data = TestServer.temporaryFolder();
        var source = """
                import boto3, os, subprocess, sys
                def handler(event, context):
                    try:
                        open(os.path.join(os.path.dirname(boto3.__file__), 'x'), 'w')
                    except OSError as error:
                        child = subprocess.run([sys.executable, '-c', 'import boto3; print(boto3.WHOSE)'], capture_output=True)
                        return [error.strerror, boto3.__file__, child.stdout.decode()]
                """;
        try (var server = HearthProcess.start(data);
                var lambda = Clients.lambda(server.endpoint())) {
            assertThat(run(lambda, python, zip("app.py", "import boto3_of_nobody\n")))
                    .contains("No module named 'boto3_of_nobody'");

            keepBoth(data);

            var answer = run(lambda, python, zip("app.py", source));
            if (server.output().contains("namespaces")) {
                assertThat(answer)
                        .isEqualTo("[\"Read-only file system\", \"/var/runtime/sdk/boto3/__init__.py\","
                                + " \"the runtime\\n\"]");
            } else {
                assertThat(answer).contains("the runtime");
            }
        }
    }
}
