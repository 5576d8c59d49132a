package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Yardstick;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/// A frontend without a worker, and a worker in a process of its own that joins it.
class RemoteWorkersTest {
    private static final Pattern PORT = Pattern.compile("join host1 at port (\\d+)");

    private static final String HANDLER = """
            import os, time, urllib.request
            def handler(event, context):
                time.sleep(event.get('sleep', 0))
                if 'ask' in event:
                    return urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL_LAMBDA'] + event['ask']).read().decode()
                if 'size' in event:
                    return 'x' * event['size']
                return {'got': len(event.get('body', ''))}
            """;

    /// Answers three mebibytes piece by piece.
    private static final String STREAMING = """
            #!/usr/bin/bash
            host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:}
            while true; do
              exec 3<>/dev/tcp/$host/$port
              printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3
              while IFS= read -r -u 3 line; do
                line=${line%$'\\r'}; [ -z "$line" ] && break
                case "${line,,}" in lambda-runtime-aws-request-id:*) id=${line#*: } ;; esac
              done
              exec 3>&-
              exec 3<>/dev/tcp/$host/$port
              printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n' "$id" >&3
              for i in 1 2 3; do
                printf '100000\\r\\n' >&3
                head -c 1048576 /dev/zero | tr '\\0' a >&3
                printf '\\r\\n' >&3
              done
              printf '0\\r\\n\\r\\n' >&3
              exec 3>&-
            done
            """;

    private static final Path FOLDER = TestServer.temporaryFolder();
    private static final Path CERTIFICATES = FOLDER.resolve("cluster");

    private static final HearthProcess FRONT = launchFront();
    private static HearthProcess worker = startWorker();

    private static HearthProcess launchFront() {
        run("cluster", "init", CERTIFICATES.toString());
        run("cluster", "certificate", CERTIFICATES.toString(), "host1", "--address", "127.0.0.1");
        run("cluster", "certificate", CERTIFICATES.toString(), "host2");
        return HearthProcess.start(
                FOLDER.resolve("front"),
                "--roles",
                "control,frontend,events",
                "--workers-listen",
                "127.0.0.1:0",
                "--cluster-certificates",
                CERTIFICATES.resolve("host1").toString());
    }

    private static void run(String... words) {
        try {
            var process = HearthProcess.command(List.of(words))
                    .redirectErrorStream(true)
                    .start();
            var said = process.inputReader().readAllAsString();
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static HearthProcess startWorker() {
        return HearthProcess.start(
                FOLDER.resolve("worker"),
                "--roles",
                "worker",
                "--join",
                "127.0.0.1:" + port(),
                "--zone",
                "a",
                "--worker-id",
                "host2",
                "--pool-memory",
                "0",
                "--cluster-certificates",
                CERTIFICATES.resolve("host2").toString());
    }

    private static String port() {
        var told = PORT.matcher(FRONT.output());
        if (!told.find()) {
            throw new IllegalStateException("It does not say where workers join:\n" + FRONT.output());
        }
        return told.group(1);
    }

    @BeforeAll
    static void joins() {
        Await.until(
                FRONT::output,
                () -> FRONT.output().contains("worker host2 in zone a at 127.0.0.1")
                        && FRONT.output().contains("has joined"));
    }

    @AfterAll
    static void stop() {
        worker.close();
        FRONT.close();
    }

    private static LambdaClient lambda() {
        return Clients.lambda(FRONT.endpoint());
    }

    private static String create(LambdaClient lambda, String runtime, String handler, SdkBytes zip) {
        var name = TestServer.name("remote");
        lambda.createFunction(r -> r.functionName(name)
                .runtime(runtime)
                .handler(handler)
                .role(TestServer.ROLE)
                .timeout(60)
                .memorySize(256)
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return name;
    }

    private static String python(LambdaClient lambda) {
        return create(lambda, "python3.11", "app.handler", Zips.of("app.py", HANDLER));
    }

    private static String invoke(LambdaClient lambda, String function, String event) {
        InvokeResponse answer = lambda.invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String(event)));
        assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
        return answer.payload().asUtf8String();
    }

    @Test
    void runsFunctionsWithLargeEventsAndAnswersAndKeepsTheirLogs() throws Exception {
        try (var lambda = lambda()) {
            var function = python(lambda);

            assertThat(invoke(lambda, function, "{}")).isEqualTo("{\"got\": 0}");
            assertThat(invoke(lambda, function, "{\"body\":\"" + "a".repeat(6_000_000) + "\"}"))
                    .isEqualTo("{\"got\": 6000000}");
            assertThat(invoke(lambda, function, "{\"size\":6000000}")).hasSize(6_000_002);

            try (var logs = Files.walk(FOLDER.resolve("worker/logs"))) {
                assertThat(logs.map(Path::toString)).anyMatch(path -> path.contains(function));
            }
            assertThat(FOLDER.resolve("front/logs/aws")).doesNotExist();
        }
    }

    @Test
    void streamsAnAnswer() throws Exception {
        try (var lambda = lambda();
                LambdaAsyncClient streaming = Clients.asyncLambda(FRONT.endpoint())) {
            var function = create(lambda, "provided.al2023", "any", Zips.executable("bootstrap", STREAMING));
            var length = new AtomicLong();

            streaming
                    .invokeWithResponseStream(
                            r -> r.functionName(function).payload(SdkBytes.fromUtf8String("{}")),
                            InvokeWithResponseStreamResponseHandler.builder()
                                    .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
                                            .onPayloadChunk(chunk -> length.addAndGet(
                                                    chunk.payload().asByteArrayUnsafe().length))
                                            .build())
                                    .build())
                    .get(3, TimeUnit.MINUTES);

            assertThat(length.get()).isEqualTo(3 << 20);
        }
    }

    @Test
    void answersWithAnErrorWhenTheWorkerIsKilledAndGoesOnWithItsNextProcess() throws Exception {
        try (var lambda = lambda()) {
            var function = python(lambda);
            assertThat(invoke(lambda, function, "{}")).isEqualTo("{\"got\": 0}");
            var running = CompletableFuture.supplyAsync(() -> invoke(lambda, function, "{\"sleep\":50}"));
            Await.until("it runs", () -> metrics(FRONT).contains("hearth_environments{state=\"busy\"} 1.0"));
            long killed = System.nanoTime();

            worker.kill();

            assertThatThrownBy(() -> running.get(3, TimeUnit.MINUTES))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(LambdaException.class, refusal -> {
                        assertThat(refusal.statusCode()).isEqualTo(500);
                        assertThat(refusal).hasMessageContaining("was lost");
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - killed))
                    .isLessThan(Yardstick.scaled(Duration.ofSeconds(5)));
            assertThat(metrics(FRONT)).contains("hearth_workers_joined 0.0", "lambda_concurrent_executions 0.0");

            worker = startWorker();
            long started = System.nanoTime();
            assertThat(invoke(lambda, function, "{}")).isEqualTo("{\"got\": 0}");
            assertThat(Duration.ofNanos(System.nanoTime() - started))
                    .isLessThan(Yardstick.scaled(Duration.ofSeconds(5)));
        }
    }

    @Test
    void letsFunctionsReachTheApi() {
        try (var lambda = lambda()) {
            var function = python(lambda);

            assertThat(invoke(lambda, function, "{\"ask\":\"/2016-08-19/account-settings\"}"))
                    .contains("ConcurrentExecutions");
        }
    }

    private static String metrics(HearthProcess of) {
        return get(of.endpoint().resolve("/metrics")).body();
    }

    private static HttpResponse<String> get(URI target) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(target).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tellsOfAWorkerAtItsOwnAddress() {
        assertThat(get(worker.endpoint().resolve("/_hearth/health")).statusCode())
                .isEqualTo(200);
        assertThat(get(worker.endpoint().resolve("/_hearth/ready")).body()).contains("\"ready\"");
        assertThat(metrics(worker)).contains("hearth_environment_defects_total 0.0");
        assertThat(metrics(FRONT)).contains("hearth_workers_joined 1.0");
        assertThat(get(worker.endpoint().resolve("/2015-03-31/functions")).body())
                .contains("This is a worker");
    }

    /// What a server alone does not need, it does not load.
    @Test
    void costsAServerAloneNothing() throws Exception {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var asked = new ProcessBuilder(jcmd, Long.toString(TestServer.server().pid()), "VM.class_hierarchy")
                .redirectErrorStream(true)
                .start();

        assertThat(asked.inputReader().readAllAsString())
                .contains("hearth.worker.LocalWorker")
                .doesNotContain(
                        "hearth.link.", "io.netty.handler.ssl.", "hearth.members.", "org.apache.pekko.", "scala.");
    }
}
