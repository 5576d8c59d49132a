package hearth.conformance;

import static hearth.conformance.TestServer.ROLE;
import static hearth.conformance.TestServer.invoke;
import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/// Layers through the AWS SDK for Java, and what functions see of them.
class LayersTest {
    private static final SdkBytes FIRST = zip(Map.of(
            "python/shared.py", "WHO = 'first'",
            "python/only_first.py", "NAME = 'only first'",
            "python/lib/python3.11/site-packages/deep.py", "NAME = 'deep'",
            "nodejs/node_modules/greeting/index.js", "module.exports = () => 'hello';",
            "nodejs/node_modules/who/index.js", "module.exports = () => 'first';",
            "data/both.txt", "first",
            "data/first.txt", "first"));
    private static final SdkBytes SECOND = zip(Map.of(
            "python/shared.py", "WHO = 'second'",
            "nodejs/node_modules/who/index.js", "module.exports = () => 'second';",
            "data/both.txt", "second"));

    private static final String LOOKS = """
            import os, subprocess
            import deep, only_first, shared
            def handler(event, context):
                tool = subprocess.run(['tool'], capture_output=True, text=True).stdout.strip()
                return [shared.WHO, only_first.NAME, deep.NAME, open('/opt/data/both.txt').read(),
                        sorted(os.listdir('/opt/data')), tool, os.access('/opt', os.W_OK)]
            """;

    @TempDir
    private Path folder;

    @Test
    void pythonFunctionsSeeTheirLayersInOrder() {
        var first = publish(FIRST);
        var second = publish(SECOND);
        var tool = publish(Zips.executable("bin/tool", "#!/bin/sh\necho the tool works\n"));
        var code = Zips.of("app.py", LOOKS);

        var function = create("python3.11", "app.handler", code, first, second, tool);
        var reversed = create("python3.11", "app.handler", code, tool, second, first);

        assertThat(answer(function))
                .isEqualTo("[\"second\", \"only first\", \"deep\", \"second\", [\"both.txt\", \"first.txt\"],"
                        + " \"the tool works\", false]");
        assertThat(answer(reversed))
                .isEqualTo("[\"first\", \"only first\", \"deep\", \"first\", [\"both.txt\", \"first.txt\"],"
                        + " \"the tool works\", false]");
    }

    @Test
    void nodeFunctionsSeeTheirLayersInOrder() {
        var runtime = InstalledRuntimes.any("nodejs22.x", "nodejs20.x", "nodejs18.x", "nodejs24.x");
        var code = Zips.of("index.js", "exports.handler = async () => [require('greeting')(), require('who')()];");

        var function = create(runtime, "index.handler", code, publish(FIRST), publish(SECOND));

        assertThat(answer(function)).isEqualTo("[\"hello\",\"second\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x"})
    void nodeModulesImportThePackagesOfTheirLayers(String runtime) {
        InstalledRuntimes.assume(runtime);
        var major = runtime.replaceAll("\\D", "");
        var layer = publish(zip(Map.of(
                "nodejs/node_modules/esm/package.json",
                "{\"type\": \"module\", \"main\": \"index.mjs\"}",
                "nodejs/node_modules/esm/index.mjs",
                "export default 'esm';",
                "nodejs/node_modules/@s/p/package.json",
                "{\"exports\": {\"./sub\": \"./s.js\"}}",
                "nodejs/node_modules/@s/p/s.js",
                "module.exports = 'scoped';",
                "nodejs/node" + major + "/node_modules/own/index.js",
                "module.exports = 'of this version';")));
        var module = Zips.of(
                "index.mjs",
                "import esm from 'esm'; import own from 'own';\n"
                        + "export const handler = async () => [esm, own, (await import('@s/p/sub')).default];");
        var commonJs = Zips.of(
                "index.js",
                "exports.handler = async () => [(await import('esm')).default, require('own'), require('@s/p/sub')];");

        for (var code : List.of(module, commonJs)) {
            assertThat(answer(create(runtime, "index.handler", code, layer)))
                    .isEqualTo("[\"esm\",\"of this version\",\"scoped\"]");
        }
    }

    @Test
    void javaFunctionsFindTheJarsOfTheirLayers() throws Exception {
        var runtime = InstalledRuntimes.any("java21", "java17", "java25");
        Files.writeString(
                folder.resolve("Words.java"),
                "public class Words { public static String greeting() { return \"hello from a jar\"; } }");
        Files.writeString(
                folder.resolve("Greeter.java"),
                "public class Greeter { public String greet(Object event) { return Words.greeting(); } }");
        var status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-d",
                        folder.toString(),
                        folder.resolve("Words.java").toString(),
                        folder.resolve("Greeter.java").toString());
        assertThat(status).isZero();
        var jar = Zips.bytes(Map.of("Words.class", Files.readAllBytes(folder.resolve("Words.class"))));
        var code = Zips.of(Map.of("Greeter.class", Files.readAllBytes(folder.resolve("Greeter.class"))));

        var function = create(runtime, "Greeter::greet", code, publish(Zips.of(Map.of("java/lib/words.jar", jar))));

        assertThat(answer(function)).isEqualTo("\"hello from a jar\"");
    }

    @Test
    void aFunctionIsStartedAnewWithALayerThatWasDeleted() {
        var name = TestServer.name("layer");
        var layer = lambda().publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(FIRST)))
                .layerVersionArn();
        var code = Zips.of(
                "app.py", "import os, shared\ndef handler(e, c):\n    return [shared.WHO, os.environ.get('ROUND')]\n");
        var function = create("python3.11", "app.handler", code, layer);
        assertThat(answer(function)).isEqualTo("[\"first\", null]");

        lambda().deleteLayerVersion(r -> r.layerName(name).versionNumber(1L));
        assertThatThrownBy(() -> lambda().getLayerVersionByArn(r -> r.arn(layer)))
                .isInstanceOf(ResourceNotFoundException.class);
        lambda().updateFunctionConfiguration(
                        r -> r.functionName(function).environment(e -> e.variables(Map.of("ROUND", "second"))));
        lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));

        assertThat(answer(function)).isEqualTo("[\"first\", \"second\"]");
        assertThat(lambda().getFunctionConfiguration(r -> r.functionName(function))
                        .layers())
                .extracting(Layer::arn)
                .containsExactly(layer);
    }

    @Test
    void layersOfAnotherAccountNeedItsPermission() {
        try (var owner = account("111122223333")) {
            var name = TestServer.name("layer");
            var layer = owner.publishLayerVersion(r -> r.layerName(name).content(c -> c.zipFile(FIRST)))
                    .layerVersionArn();
            var code = Zips.of("app.py", "import shared\ndef handler(e, c):\n    return shared.WHO\n");
            assertThat(layer).isEqualTo("arn:aws:lambda:eu-west-1:111122223333:layer:" + name + ":1");

            assertThatThrownBy(() -> create("python3.11", "app.handler", code, layer))
                    .isInstanceOfSatisfying(LambdaException.class, refusal -> {
                        assertThat(refusal.statusCode()).isEqualTo(403);
                        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
                        assertThat(refusal.getMessage()).contains("lambda:GetLayerVersion on resource: " + layer);
                    });
            owner.addLayerVersionPermission(r -> r.layerName(name)
                    .versionNumber(1L)
                    .statementId("friends")
                    .action("lambda:GetLayerVersion")
                    .principal("000000000000"));

            assertThat(lambda().getLayerVersionByArn(r -> r.arn(layer)).version())
                    .isEqualTo(1);
            assertThat(answer(create("python3.11", "app.handler", code, layer))).isEqualTo("\"first\"");
        }
    }

    @Test
    void everyOperationIsUnderstoodByTheSdk() throws Exception {
        var name = TestServer.name("layer");
        var published = lambda().publishLayerVersion(r -> r.layerName(name)
                .description("tools")
                .licenseInfo("MIT")
                .compatibleRuntimesWithStrings("python3.11")
                .compatibleArchitecturesWithStrings("x86_64")
                .content(c -> c.zipFile(FIRST)));
        lambda().publishLayerVersion(r -> r.layerName(published.layerArn()).content(c -> c.zipFile(SECOND)));

        // As Terraform does, with the ARN in the path, percent-encoded.
        var got =
                lambda().getLayerVersion(r -> r.layerName(published.layerArn()).versionNumber(1L));
        var added = lambda().addLayerVersionPermission(r -> r.layerName(name)
                .versionNumber(1L)
                .statementId("all")
                .action("lambda:GetLayerVersion")
                .principal("*"));
        var policy = lambda().getLayerVersionPolicy(r -> r.layerName(name).versionNumber(1L));

        assertThat(got.content().codeSha256()).isEqualTo(published.content().codeSha256());
        assertThat(download(got.content().location())).isEqualTo(FIRST.asByteArray());
        assertThat(policy.policy()).contains(added.statement());
        assertThat(policy.revisionId()).isEqualTo(added.revisionId());
        assertThat(lambda().listLayerVersions(r -> r.layerName(name)).layerVersions())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(2L, 1L);
        assertThat(lambda().listLayersPaginator(r -> r.maxItems(1)).layers().stream()
                        .filter(layer -> layer.layerName().equals(name))
                        .map(layer -> layer.latestMatchingVersion().version()))
                .containsExactly(2L);
        lambda().removeLayerVersionPermission(r ->
                r.layerName(name).versionNumber(1L).statementId("all").revisionId(policy.revisionId()));
        assertThatThrownBy(() ->
                        lambda().getLayerVersionPolicy(r -> r.layerName(name).versionNumber(1L)))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("No policy is associated with the given resource.");
    }

    private static LambdaClient account(String id) {
        return Clients.lambda(TestServer.endpoint(), id, "test", Region.EU_WEST_1);
    }

    private static SdkBytes zip(Map<String, String> files) {
        var bytes = new TreeMap<String, byte[]>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return Zips.of(bytes);
    }

    private static String publish(SdkBytes zip) {
        return lambda().publishLayerVersion(
                        r -> r.layerName(TestServer.name("layer")).content(c -> c.zipFile(zip)))
                .layerVersionArn();
    }

    private static String create(String runtime, String handler, SdkBytes code, String... layers) {
        return TestServer.create(CreateFunctionRequest.builder()
                .functionName(TestServer.name("layered"))
                .runtime(runtime)
                .handler(handler)
                .role(ROLE)
                .timeout(60)
                .memorySize(512)
                .layers(List.of(layers))
                .code(c -> c.zipFile(code))
                .build());
    }

    private static String answer(String function) {
        return invoke(function, "{}").payload().asUtf8String();
    }

    private static byte[] download(String location) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(location)).build(), BodyHandlers.ofByteArray())
                    .body();
        }
    }
}
