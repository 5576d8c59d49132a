package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// HAProxy before two servers that have the same functions, by the configuration that `hearth haproxy-config` writes.
@EnabledIf(value = "isThere", disabledReason = Haproxy.WHY_NOT)
class HaproxyTest {
    private static final String HANDLER = """
            import os, time
            def handler(event, context):
                if 'rawPath' in event:
                    return {'statusCode': 203, 'body': event['headers']['host']}
                time.sleep(event.get('sleep', 0))
                if 'number' in event:
                    with open(os.environ['TOLD'], 'a') as told:
                        told.write('%d\\n' % event['number'])
                    return event['number']
                return {'got': len(event.get('body', '')), 'back': 'x' * event.get('size', 0)}
            """;

    /// Writes a word, and two mebibytes a while later.
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
              printf '5\\r\\nfirst\\r\\n' >&3
              sleep 2
              printf '200000\\r\\n' >&3
              head -c 2097152 /dev/zero | tr '\\0' a >&3
              printf '\\r\\n0\\r\\n\\r\\n' >&3
              exec 3>&-
            done
            """;

    @TempDir
    private static Path folder;

    private static Map<String, HearthProcess> members;
    private static Haproxy balancer;

    static boolean isThere() {
        return Haproxy.isThere();
    }

    @BeforeAll
    static void start() throws Exception {
        members = new TreeMap<>();
        for (var name : List.of("host1", "host2")) {
            // A port that stays the same over a restart.
            members.put(name, startMember(name, Haproxy.freePort()));
        }
        for (var member : members.values()) {
            try (var lambda = Clients.lambda(member.endpoint())) {
                create(lambda, "work", "python3.11", Zips.of("app.py", HANDLER));
                create(lambda, "stream", "provided.al2023", Zips.executable("bootstrap", STREAMING));
                create(lambda, "throttled", "python3.11", Zips.of("app.py", HANDLER));
                lambda.putFunctionConcurrency(r -> r.functionName("throttled").reservedConcurrentExecutions(0));
            }
        }
        balancer = Haproxy.start(folder, addresses());
    }

    private static HearthProcess startMember(String name, int port) {
        return HearthProcess.start(
                folder.resolve(name), "--port", Integer.toString(port), "--pool-memory", "0", "--drain", "30s");
    }

    private static HearthProcess member(String name) {
        return Objects.requireNonNull(members.get(name));
    }

    private static Map<String, URI> addresses() {
        var addresses = new TreeMap<String, URI>();
        members.forEach((name, member) -> addresses.put(name, member.endpoint()));
        return addresses;
    }

    private static void create(LambdaClient lambda, String name, String runtime, SdkBytes zip) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime(runtime)
                .handler("app.handler")
                .role(TestServer.ROLE)
                .timeout(60)
                .environment(e -> e.variables(Map.of("TOLD", "/tmp/told")))
                .code(c -> c.zipFile(zip)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    @AfterAll
    static void stop() {
        if (balancer != null) {
            balancer.close();
        }
        members.values().forEach(HearthProcess::close);
    }

    private static String invoke(LambdaClient lambda, String event) {
        var answer = lambda.invoke(r -> r.functionName("work").payload(SdkBytes.fromUtf8String(event)));
        assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
        return answer.payload().asUtf8String();
    }

    @Test
    void passesOnTheLargestEventsAndAnswers() {
        try (var lambda = Clients.lambda(balancer.url())) {
            assertThat(invoke(lambda, "{\"body\":\"" + "a".repeat(6_000_000) + "\"}"))
                    .isEqualTo("{\"got\": 6000000, \"back\": \"\"}");
            assertThat(invoke(lambda, "{\"size\":6000000}")).hasSize(6_000_000 + "{'got': 0, 'back': ''}".length());
        }
    }

    @Test
    void passesOnAStreamWhileItIsWritten() throws Exception {
        try (var streaming = Clients.asyncLambda(balancer.url())) {
            var length = new AtomicLong();

            var over = streaming.invokeWithResponseStream(
                    r -> r.functionName("stream").payload(SdkBytes.fromUtf8String("{}")),
                    InvokeWithResponseStreamResponseHandler.builder()
                            .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
                                    .onPayloadChunk(chunk ->
                                            length.addAndGet(chunk.payload().asByteArrayUnsafe().length))
                                    .build())
                            .build());

            Await.until("the first piece came", () -> length.get() > 0);
            assertThat(length.get()).isEqualTo(5);
            over.get(3, TimeUnit.MINUTES);
            assertThat(length.get()).isEqualTo(5 + (2 << 20));
        }
    }

    @Test
    void passesOnThatAFunctionIsThrottledAndAsksNobodyElse() {
        try (var lambda = Clients.lambda(balancer.url())) {
            assertThatThrownBy(() -> lambda.invoke(r -> r.functionName("throttled")))
                    .isInstanceOfSatisfying(
                            TooManyRequestsException.class, refusal -> assertThat(refusal.reasonAsString())
                                    .isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded"));
        }
    }

    /// Callers that each call again as soon as they were answered.
    private static final class Load implements AutoCloseable {
        private static final AtomicInteger NUMBERS = new AtomicInteger();

        private final AtomicBoolean over = new AtomicBoolean();
        private final List<Thread> callers = new ArrayList<>();
        private final AtomicInteger answered = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();

        Load(int count) {
            for (int i = 0; i < count; i++) {
                callers.add(Thread.ofPlatform().start(this::call));
            }
        }

        private void call() {
            try (var lambda = Clients.lambda(balancer.url())) {
                while (!over.get()) {
                    call(lambda, NUMBERS.incrementAndGet());
                }
            }
        }

        private void call(LambdaClient lambda, int number) {
            try {
                var answer = invoke(lambda, "{\"number\":%d,\"sleep\":0.02}".formatted(number));
                if (answer.equals(Integer.toString(number))) {
                    answered.incrementAndGet();
                } else {
                    failed.add(number + " was answered with " + answer);
                }
            } catch (SdkException | AssertionError e) {
                failed.add(number + ": " + e);
            }
        }

        void awaitMore(int count) {
            int reached = answered.get() + count;
            Await.until(() -> count + " more answers; failed: " + failed, () -> answered.get() >= reached);
        }

        @Override
        public void close() {
            over.set(true);
            for (var caller : callers) {
                try {
                    caller.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Test
    void losesNoCallWhenMembersStopAndStartAgainOneAfterTheOther() throws Exception {
        try (var load = new Load(8)) {
            load.awaitMore(100);
            for (var name : List.copyOf(members.keySet())) {
                int port = member(name).endpoint().getPort();

                assertThat(member(name).stop()).isEqualTo(143);

                load.awaitMore(100);
                members.put(name, startMember(name, port));
                load.awaitMore(100);
                Await.until(name + " gets requests again", () -> hasServed(member(name)));
            }
            assertThat(load.failed).isEmpty();
        }
    }

    private static boolean hasServed(HearthProcess member) {
        try (var wire = new Wire(member.endpoint())) {
            var request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            return wire.send(request)
                    .read(false)
                    .text()
                    .lines()
                    .anyMatch(line -> line.startsWith("faas_invocations_total") && !line.endsWith(" 0.0"));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void passesOnTheNamesOfFunctionUrls() throws Exception {
        var ids = new ArrayList<String>();
        for (var member : members.values()) {
            try (var lambda = Clients.lambda(member.endpoint())) {
                var shown = lambda.createFunctionUrlConfig(
                                r -> r.functionName("work").authType(FunctionUrlAuthType.NONE))
                        .functionUrl();
                ShownUrl.permit(lambda, "work", null);
                ids.add(ShownUrl.id(shown));
            }
        }

        // Each server alone knows its own.
        for (var id : ids) {
            var host = id + ".lambda-url.eu-west-1.localhost:" + balancer.url().getPort();
            Await.until(host + " answers", () -> host.equals(answerOf(host)));
        }
    }

    private static String answerOf(String host) {
        try (var wire = new Wire(balancer.url())) {
            var request = "GET /any HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
            var answer = wire.send(request.getBytes(StandardCharsets.US_ASCII)).read(false);
            return answer.status() == 203 ? answer.text() : answer.head();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void goesOnWithTheOtherMemberWhenOneIsKilled() throws Exception {
        var name = "host2";
        int port = member(name).endpoint().getPort();
        try (var load = new Load(8)) {
            load.awaitMore(100);

            member(name).kill();

            load.awaitMore(300);
            // What ran there; a caller has one call under way. On a connection that served before, HAProxy has no
            // answer.
            assertThat(load.failed)
                    .hasSizeLessThanOrEqualTo(8)
                    .allMatch(failure ->
                            failure.contains("Status Code: 502") || failure.contains("server failed to respond"));
        } finally {
            members.put(name, startMember(name, port));
        }
    }
}
