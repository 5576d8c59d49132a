package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;

/// Function URLs, asked by stock clients, and answered by what functions are commonly made with.
class FunctionUrlClientsTest {
    private static final String PYTHON = """
        import json, os, time

        def handler(event, context):
            path = event["rawPath"]
            if path == "/slow":
                time.sleep(60)
            if path == "/raise":
                raise ValueError("secret")
            if path == "/exit":
                os._exit(3)
            if path == "/value":
                return {"hello": "world"}
            return {"statusCode": 201, "headers": {"content-type": "text/plain", "x-id": context.aws_request_id},
                    "cookies": ["a=1", "b=2"], "body": json.dumps(event)}
        """;

    private static final String STREAMING = """
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          const metadata = { statusCode: 202, headers: { 'content-type': 'text/event-stream' }, cookies: ['a=1'] };
          const answer = awslambda.HttpResponseStream.from(stream, metadata);
          answer.write('one ');
          if (event.rawPath === '/breaks') throw new Error('secret');
          answer.end('two');
        });
        """;

    /// An application with Express, as serverless-http carries it to Lambda.
    private static final String EXPRESS = """
        const express = require('express');
        const app = express();
        app.use(express.json(), express.urlencoded({ extended: true }));
        app.get('/hello/:name', (request, response) =>
          response.cookie('seen', '1').cookie('twice', '2').json({ name: request.params.name, query: request.query }));
        app.post('/form', (request, response) => response.status(201).send(request.body.field));
        app.get('/binary', (_request, response) => response.type('png').send(Buffer.from([0, 255, 1, 254])));
        app.get('/gone', (_request, response) => response.redirect(302, '/hello/there'));
        exports.handler = require('serverless-http')(app, { binary: ['image/*'] });
        """;

    private static final String HONO = """
        import { Hono } from 'hono';
        import { handle } from 'hono/aws-lambda';
        import { getCookie, setCookie } from 'hono/cookie';
        const app = new Hono();
        app.get('/hello/:name', (c) => {
          setCookie(c, 'seen', getCookie(c, 'given') ?? 'nothing');
          return c.json({ name: c.req.param('name'), query: c.req.queries('a') });
        });
        app.post('/echo', async (c) => c.body(await c.req.arrayBuffer(), 203, { 'content-type': 'image/png' }));
        export const handler = handle(app);
        """;

    private static final String SIGNED = """
        const { SignatureV4 } = require('@smithy/signature-v4');
        const { Sha256 } = require('@aws-crypto/sha256-js');
        const { HttpRequest } = require('@smithy/protocol-http');
        (async () => {
          const url = new URL(process.argv[2] + 'a%20b/c?d=e%2Ff');
          const signer = new SignatureV4({ service: 'lambda', region: 'eu-west-1', sha256: Sha256, credentials: {
            accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY } });
          const signed = await signer.sign(new HttpRequest({ method: 'POST', protocol: 'http:', hostname: url.hostname,
            port: Number(url.port), path: url.pathname, query: { d: 'e/f' }, body: '{"a":1}',
            headers: { host: url.host, 'content-type': 'application/json' } }));
          const answer = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
          console.log(answer.status, await answer.text());
        })();
        """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path folder;

    @Test
    void curlReachesItByItsNameAndByThePath() throws Exception {
        var name = TestServer.python(PYTHON);
        var shown = open(TestServer.lambda(), name, InvokeMode.BUFFERED);
        var byName = ShownUrl.byName(TestServer.endpoint(), shown);

        for (var url : List.of(shown, byName)) {
            var answer = run(Map.of(), "curl", "-si", "-b", "c=d; e=f", "-H", "X-Any: Thing", url + "a%2Fb?g=h%20i");

            assertThat(answer)
                    .startsWith("HTTP/1.1 201 Created")
                    .contains("Set-Cookie: a=1")
                    .contains("Set-Cookie: b=2")
                    .contains("content-type: text/plain")
                    .contains("\"rawPath\": \"/a%2Fb\"")
                    .contains("\"rawQueryString\": \"g=h%20i\"")
                    .contains("\"queryStringParameters\": {\"g\": \"h i\"}")
                    .contains("\"cookies\": [\"c=d\", \"e=f\"]")
                    .contains("\"x-any\": \"Thing\"")
                    .contains("\"accountId\": \"anonymous\"");
        }
        assertThat(run(Map.of(), "curl", "-s", byName + "value")).isEqualTo("{\"hello\":\"world\"}");
    }

    @Test
    void nodesFetchReachesWhatIsShown() throws Exception {
        assumeTrue(Programs.isThere("node"), "This host has no Node.js");
        var shown = open(TestServer.lambda(), TestServer.python(PYTHON), InvokeMode.BUFFERED);

        var answer = run(
                Map.of(),
                "node",
                "-e",
                "fetch(process.argv[1]).then(async (a) => console.log(a.status, a.headers.getSetCookie(), await"
                        + " a.text()))",
                shown + "x");

        assertThat(answer).startsWith("201 [ 'a=1', 'b=2' ]").contains("\"rawPath\": \"/x\"");
    }

    @Test
    void saysNothingOfWhyAFunctionFailed() throws Exception {
        var name = TestServer.create("python3.11", "app.handler", Zips.of("app.py", PYTHON), 1);
        var url = open(TestServer.lambda(), name, InvokeMode.BUFFERED);

        for (var path : List.of("raise", "exit", "slow")) {
            var answer = get(url + path);

            assertThat(answer.statusCode()).as(path).isEqualTo(502);
            assertThat(answer.body()).as(path).isEqualTo("Internal Server Error");
        }
        assertThat(get(url).statusCode()).isEqualTo(201);
    }

    @Test
    void isSwitchedOffByReservingNothing() throws Exception {
        var name = TestServer.python(PYTHON);
        var url = open(TestServer.lambda(), name, InvokeMode.BUFFERED);
        assertThat(get(url).statusCode()).isEqualTo(201);

        TestServer.lambda().putFunctionConcurrency(r -> r.functionName(name).reservedConcurrentExecutions(0));

        var answer = get(url);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains("TooManyRequestsException");
    }

    @Test
    void streamsWhatComesBehindThePrelude() throws Exception {
        var name = TestServer.create("nodejs20.x", "index.handler", Zips.of("index.js", STREAMING), 30);
        var url = open(TestServer.lambda(), name, InvokeMode.RESPONSE_STREAM);

        var answer = get(url);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("one two");
        assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(answer.headers().firstValue("set-cookie")).contains("a=1");
        // 18: a part of the answer is missing.
        var broken = new ProcessBuilder("curl", "-s", ShownUrl.byName(TestServer.endpoint(), url) + "breaks").start();
        assertThat(new String(broken.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .doesNotContain("secret");
        assertThat(broken.waitFor()).isEqualTo(18);
    }

    @Test
    void ofAnAliasIsClosedWhenTheAliasIsGone() throws Exception {
        var lambda = TestServer.lambda();
        var name = TestServer.python(PYTHON);
        lambda.publishVersion(r -> r.functionName(name));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name).qualifier("1"));
        lambda.createAlias(r -> r.functionName(name).name("live").functionVersion("1"));
        var url = lambda.createFunctionUrlConfig(
                        r -> r.functionName(name).qualifier("live").authType(FunctionUrlAuthType.NONE))
                .functionUrl();
        ShownUrl.permit(lambda, name, "live");
        assertThat(get(url).statusCode()).isEqualTo(201);

        lambda.deleteAlias(r -> r.functionName(name).name("live"));

        assertThat(get(url).statusCode()).isEqualTo(403);
        assertThat(get(url).body()).startsWith("{\"Message\":\"Forbidden. ");
    }

    @Test
    void answersAfterARestartByTheSameId() throws Exception {
        var data = folder.resolve("data");
        String id;
        try (var server = HearthProcess.start(data, "--pool-memory", "0");
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName("kept")
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .code(c -> c.zipFile(Zips.of("app.py", PYTHON))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("kept"));
            id = ShownUrl.id(open(lambda, "kept", InvokeMode.BUFFERED));
        }
        try (var server = HearthProcess.start(data, "--pool-memory", "0");
                var lambda = Clients.lambda(server.endpoint())) {
            var shown = lambda.getFunctionUrlConfig(r -> r.functionName("kept")).functionUrl();

            assertThat(ShownUrl.id(shown)).isEqualTo(id);
            assertThat(get(shown).statusCode()).isEqualTo(201);
        }
    }

    @Test
    void letsInWhoeverSigns() throws Exception {
        var data = folder.resolve("data");
        var key = Keys.create(data, "111122223333");
        try (var server = HearthProcess.start(data, "--auth", "sigv4", "--pool-memory", "0");
                var lambda = key.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName("closed")
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .code(c -> c.zipFile(Zips.of("app.py", PYTHON))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("closed"));
            var shown = lambda.createFunctionUrlConfig(
                            r -> r.functionName("closed").authType(FunctionUrlAuthType.AWS_IAM))
                    .functionUrl();

            assertThat(get(shown).statusCode()).isEqualTo(403);
            var byCurl = run(
                    Map.of(),
                    "curl",
                    "-s",
                    "--aws-sigv4",
                    "aws:amz:eu-west-1:lambda",
                    "--user",
                    key.id() + ":" + key.secret(),
                    ShownUrl.byName(server.endpoint(), shown) + "signed");
            assertThat(byCurl)
                    .contains("\"accessKey\": \"" + key.id() + "\"")
                    .contains("\"userArn\": \"arn:aws:iam::111122223333:root\"");
            Programs.install(folder, "@smithy/signature-v4@5", "@aws-crypto/sha256-js@5", "@smithy/protocol-http@5");
            Files.writeString(folder.resolve("signed.js"), SIGNED);
            var byNode =
                    run(key.variables(), "node", folder.resolve("signed.js").toString(), shown);
            assertThat(byNode).startsWith("201 ").contains("\"rawPath\": \"/a%20b/c\"");
        }
    }

    @Test
    void carriesAnApplicationWithExpress() throws Exception {
        Programs.install(folder, "express@5", "serverless-http@4");
        var url = open(TestServer.lambda(), application("index.js", EXPRESS), InvokeMode.BUFFERED);

        var hello = get(url + "hello/you?a=1&a=2");
        assertThat(hello.statusCode()).as(hello.body()).isEqualTo(200);
        assertThat(hello.body()).contains("\"name\":\"you\"");
        assertThat(hello.headers().allValues("set-cookie")).containsExactly("seen=1; Path=/", "twice=2; Path=/");
        var form = http.send(
                HttpRequest.newBuilder(URI.create(url + "form"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString("field=a+b%26c"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(form.statusCode()).isEqualTo(201);
        assertThat(form.body()).isEqualTo("a b&c");
        var binary =
                http.send(HttpRequest.newBuilder(URI.create(url + "binary")).build(), BodyHandlers.ofByteArray());
        assertThat(binary.body()).containsExactly(0, 255, 1, 254);
        assertThat(get(url + "gone").headers().firstValue("location")).contains("/hello/there");
    }

    @Test
    void carriesAnApplicationWithHono() throws Exception {
        Programs.install(folder, "hono@4");
        var url = open(TestServer.lambda(), application("index.mjs", HONO), InvokeMode.BUFFERED);

        var hello = http.send(
                HttpRequest.newBuilder(URI.create(url + "hello/you?a=1"))
                        .header("Cookie", "given=x")
                        .build(),
                BodyHandlers.ofString());
        assertThat(hello.body()).isEqualTo("{\"name\":\"you\",\"query\":[\"1\"]}");
        assertThat(hello.headers().firstValue("set-cookie")).contains("seen=x; Path=/");
        var sent = new byte[] {0, -1, 1, -2, 'a'};
        var echo = http.send(
                HttpRequest.newBuilder(URI.create(url + "echo"))
                        .header("Content-Type", "image/png")
                        .POST(BodyPublishers.ofByteArray(sent))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(echo.statusCode()).isEqualTo(203);
        assertThat(echo.body()).isEqualTo(sent);
    }

    /// A function of what was installed.
    private String application(String file, String source) throws IOException {
        var files = new TreeMap<String, byte[]>();
        try (var installed = Files.walk(folder.resolve("node_modules"))) {
            for (var each : installed.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(each).toString(), Files.readAllBytes(each));
            }
        }
        files.put(file, source.getBytes(StandardCharsets.UTF_8));
        return TestServer.create("nodejs20.x", "index.handler", SdkBytes.fromByteArray(Zips.bytes(files)), 30);
    }

    /// The URL of a function, for everybody.
    private static String open(LambdaClient lambda, String name, InvokeMode mode) {
        var url = lambda.createFunctionUrlConfig(r ->
                        r.functionName(name).authType(FunctionUrlAuthType.NONE).invokeMode(mode))
                .functionUrl();
        ShownUrl.permit(lambda, name, null);
        return url;
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        try (var lines = process.inputReader()) {
            var output = lines.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor())
                    .as("%s printed %s", String.join(" ", command), output)
                    .isZero();
            return output;
        }
    }
}
