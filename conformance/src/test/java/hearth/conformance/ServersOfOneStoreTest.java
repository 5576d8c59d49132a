package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvalidZipFileException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ServiceException;

/// Two servers that share a PostgreSQL database and a bucket.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class ServersOfOneStoreTest {
    private static final String ALL_ROLES = "control,frontend,worker,events";

    private static final Pattern TOOK_OVER = Pattern.compile("(\\S+Z) INFO +SharedOwnership: This server polls 2 ");
    private static final Pattern POLLED = Pattern.compile("polls (\\d+) event source mappings");

    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test");

    private final Path folder = TestServer.temporaryFolder();
    private final TestPostgres postgres = TestPostgres.start();
    private final String store = postgres.newDatabase();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<HearthProcess> servers = new ArrayList<>();
    private Moto moto;
    private Key key;

    private record Key(String id, String secret) {}

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void prepare() throws Exception {
        moto = Moto.start();
        var bucket = HttpRequest.newBuilder(moto.url().resolve("/packages"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host,"
                                + " Signature=0")
                .build();
        assertThat(http.send(bucket, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        run("cluster", "init", certificates().toString());
        for (var host : List.of("host1", "host2")) {
            run("cluster", "certificate", certificates().toString(), host, "--address", "127.0.0.1");
        }
        key = makeKey();
    }

    @AfterEach
    void end() {
        servers.forEach(HearthProcess::close);
        http.close();
        if (moto != null) {
            moto.close();
        }
        postgres.close();
    }

    private Path certificates() {
        return folder.resolve("cluster");
    }

    private HearthProcess start(String host, String roles, String... more) throws IOException {
        var options = Stream.concat(options(host, roles).stream(), Stream.of(more));
        var server = HearthProcess.start(folder.resolve(host), KEYS, options.toArray(String[]::new));
        servers.add(server);
        return server;
    }

    private List<String> options(String host, String roles) throws IOException {
        return List.of(
                "--roles",
                roles,
                "--auth",
                "sigv4",
                "--store",
                store,
                "--objects",
                "s3://packages/hearth?endpoint=" + moto.url(),
                "--cluster-listen",
                "127.0.0.1:" + TestPostgres.freePort(),
                "--workers-listen",
                "127.0.0.1:0",
                "--cluster-certificates",
                certificates().resolve(host).toString(),
                "--zone",
                "zone-of-" + host,
                "--pool-memory",
                "0");
    }

    private Key makeKey() throws IOException {
        var lines = run("keys", "create", "--store", store).lines().toList();
        return new Key(lines.get(0).replaceAll(".*: +", ""), lines.get(1).replaceAll(".*: +", ""));
    }

    private static LambdaClient client(HearthProcess server, Key key) {
        return Clients.lambda(server.endpoint(), key.id(), key.secret(), Region.EU_WEST_1);
    }

    @Test
    void areOneService() throws Exception {
        var host1 = start("host1", ALL_ROLES);
        var host2 = start("host2", ALL_ROLES);
        var one = client(host1, key);
        var two = client(host2, key);

        create(one, "greet", "one");
        assertThat(invoke(one)).isEqualTo("\"one\"");
        assertThat(invoke(two)).isEqualTo("\"one\"");

        two.updateFunctionCode(r -> r.functionName("greet").zipFile(code("two")));
        two.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("greet"));
        assertThat(invoke(one)).isEqualTo("\"two\"");

        var other = makeKey();
        for (var server : servers) {
            Await.until("the new key is accepted", () -> isAccepted(client(server, other)));
        }
        run("keys", "delete", other.id(), "--store", store);
        for (var server : servers) {
            Await.until("the old key is refused", () -> !isAccepted(client(server, other)));
        }

        assertThat(run("up", "--port", "0", "--data", folder.resolve("alone").toString(), "--store", store))
                .contains("in use by another server: a cluster with host1, host2");

        var status = run("status", "--store", store);
        assertThat(status)
                .contains("member host1: ready, zone zone-of-host1")
                .contains("member host2: ready, zone zone-of-host2")
                .contains("lease events: ");

        var event = SdkBytes.fromUtf8String("1");
        for (var client : List.of(one, two)) {
            client.invoke(r ->
                    r.functionName("greet").invocationType(InvocationType.EVENT).payload(event));
        }
        Await.until(
                "both events have run", () -> run("events", "--store", store).contains("No event waits"));

        assertThat(run("drain", "host1", "--store", store)).contains("Nothing is left on host1");
        assertThat(ready(host1)).contains("the host is being drained");
        assertThat(ready(host2)).contains("\"status\":\"ready\"");
        assertThat(run("drain", "--undo", "host1", "--store", store)).contains("takes part again");
        Await.until("it is ready again", () -> ready(host1).contains("\"status\":\"ready\""));

        host2.kill();
        // Not at once, if what both may run was counted on the killed one.
        Await.until("functions are invoked again", () -> isInvoked(one));
        one.invoke(r ->
                r.functionName("greet").invocationType(InvocationType.EVENT).payload(event));
        Await.until("the other one has run it", () -> run("events", "--store", store)
                .contains("No event waits"));
    }

    /// The second server has no worker: it has nothing but what it has read, and the first one has the packages.
    @Test
    void goOnWithFunctionsThatTheyHaveNeverInvokedWhileTheDatabaseIsAway() throws Exception {
        var one = client(start("host1", ALL_ROLES), key);
        create(one, "early", "early");
        var host2 = start("host2", "control,frontend,events");
        var two = client(host2, key);
        create(two, "without-copy", "a package that the host of the worker has not seen");
        create(one, "greet", "one");
        one.publishVersion(r -> r.functionName("greet"));
        one.createAlias(r -> r.functionName("greet").name("live").functionVersion("1"));
        var url = one.createFunctionUrlConfig(
                        r -> r.functionName("greet").qualifier("live").authType(FunctionUrlAuthType.NONE))
                .functionUrl();
        ShownUrl.permit(one, "greet", "live");
        one.updateFunctionCode(r -> r.functionName("greet").zipFile(code("new")));
        one.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("greet"));
        // The last change: whoever knows of it knows of all.
        one.createAlias(r -> r.functionName("greet").name("next").functionVersion("$LATEST"));
        Await.until("greet, its version, its aliases and the others are known there", () -> known(host2) == 6);

        postgres.crash();

        for (int i = 0; i < 3; i++) {
            assertThat(invoke(two, "early")).isEqualTo("\"early\"");
            assertThat(invoke(two, "greet")).isEqualTo("\"new\"");
            assertThat(invoke(two, "greet:live")).isEqualTo("\"one\"");
            assertThat(invoke(two, "greet:1")).isEqualTo("\"one\"");
            assertThat(get(host2.endpoint().resolve("/_hearth/urls/" + ShownUrl.id(url) + "/")))
                    .isEqualTo("one");
        }
        assertThatThrownBy(() -> invoke(two, "without-copy"))
                .isInstanceOf(InvalidZipFileException.class)
                .hasMessageContaining("The code cannot be fetched");
        assertThatThrownBy(() -> create(two, "other", "other"))
                .isInstanceOfSatisfying(LambdaException.class, refusal -> assertThat(refusal.statusCode())
                        .isGreaterThanOrEqualTo(500));

        postgres.startAgain();

        Await.until("functions are created again", () -> isDone(() -> create(one, "other", "other")));
        assertThat(invoke(two, "other")).isEqualTo("\"other\"");
        assertThat(invoke(two, "without-copy")).contains("has not seen");
        one.updateFunctionCode(r -> r.functionName("greet").zipFile(code("two")));
        one.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("greet"));
        assertThat(invoke(two)).isEqualTo("\"two\"");
    }

    /// What it had taken out of queues comes again there after the visibility timeout.
    @Test
    void shareTheirEventSourcesOutAndTakeOverThoseOfOneThatIsKilled() throws Exception {
        try (var queues = ElasticMq.start()) {
            var host1 = start("host1", ALL_ROLES, "--endpoint", "sqs=" + queues.url());
            var one = client(host1, key);
            createOfQueues(one);
            var sent = new TreeSet<String>();
            var names = List.of("q1", "q2", "q3", "q4");
            queues.create("done");
            Set<String> done = new TreeSet<>();
            for (var name : names) {
                queues.create(name, Map.of("VisibilityTimeout", "20"));
                one.createEventSourceMapping(r -> r.functionName("greet")
                        .eventSourceArn(ElasticMq.arn(name))
                        .batchSize(2));
            }
            var host2 = start("host2", ALL_ROLES, "--endpoint", "sqs=" + queues.url());
            Await.until(() -> status(), () -> polled().equals(List.of(2, 2)));
            for (var name : names) {
                var bodies =
                        IntStream.range(0, 12).mapToObj(n -> name + "-" + n).toList();
                queues.send(name, bodies);
                sent.addAll(bodies);
            }
            Await.until("it is in the middle", () -> ran(queues, done) > 8);

            host2.kill();
            var killed = Instant.now();

            Await.until(() -> status(), () -> polled().equals(List.of(4)));
            var moved = Duration.between(killed, tookOver(host1));
            System.out.printf("Killed in the middle: its mappings are another's after %d ms%n", moved.toMillis());
            assertThat(moved).isLessThan(Duration.ofSeconds(10));
            Await.until(
                    () -> done + " of " + sent + " have run" + host1.output(),
                    () -> ran(queues, done) == sent.size() && done.equals(sent));
        }
    }

    private static void createOfQueues(LambdaClient lambda) {
        lambda.createFunction(r -> r.functionName("greet")
                .runtime("python3.12")
                .handler("app.handler")
                .timeout(20)
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(Zips.of("app.py", """
                        import os, time, urllib.parse, urllib.request

                        def handler(event, context):
                            time.sleep(0.2)
                            for record in event["Records"]:
                                said = {"Action": "SendMessage", "MessageBody": record["body"]}
                                urllib.request.urlopen(
                                    os.environ["AWS_ENDPOINT_URL_SQS"] + "/000000000000/done",
                                    urllib.parse.urlencode(said).encode())
                        """))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("greet"));
        // Environments that start all at once keep this machine busy for long.
        lambda.putFunctionConcurrency(r -> r.functionName("greet").reservedConcurrentExecutions(2));
    }

    /// Takes in what functions have said of the messages on which they ran.
    private static int ran(ElasticMq queues, Set<String> done) {
        queues.take("done").forEach(message -> done.add(message.body()));
        return done.size();
    }

    /// Not when a command says so, which takes seconds on a busy machine.
    private static Instant tookOver(HearthProcess server) {
        return TOOK_OVER
                .matcher(server.output())
                .results()
                .map(line -> Instant.parse(line.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private String status() {
        return run("status", "--store", store);
    }

    /// How many mappings each server polls.
    private List<Integer> polled() {
        return POLLED.matcher(status())
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .toList();
    }

    private int known(HearthProcess server) {
        return get(server.endpoint().resolve("/metrics"))
                .lines()
                .filter(line -> line.startsWith("hearth_functions_known "))
                .mapToInt(line -> (int) Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isDone(Runnable action) {
        try {
            action.run();
            return true;
        } catch (SdkException e) {
            return false;
        }
    }

    private static void create(LambdaClient lambda, String name, String word) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.12")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(code(word))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static SdkBytes code(String word) {
        return Zips.of("app.py", "def handler(event, context): return '" + word + "'\n");
    }

    private static String invoke(LambdaClient lambda) {
        return invoke(lambda, "greet");
    }

    private static String invoke(LambdaClient lambda, String function) {
        return lambda.invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String("1")))
                .payload()
                .asUtf8String();
    }

    private static boolean isInvoked(LambdaClient lambda) {
        try {
            return invoke(lambda).equals("\"two\"");
        } catch (ServiceException e) {
            assertThat(e).hasMessageContaining("cannot be told at the moment");
            return false;
        }
    }

    private static boolean isAccepted(LambdaClient lambda) {
        try {
            lambda.listFunctions();
            return true;
        } catch (LambdaException e) {
            assertThat(e.statusCode()).isEqualTo(403);
            return false;
        } catch (SdkException e) {
            throw new AssertionError(e);
        }
    }

    private String ready(HearthProcess server) {
        return get(server.endpoint().resolve("/_hearth/ready"));
    }

    private String get(URI url) {
        try {
            return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String run(String... arguments) {
        var command = HearthProcess.command(List.of(arguments)).redirectErrorStream(true);
        try (var output = command.start().inputReader()) {
            return output.readAllAsString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
