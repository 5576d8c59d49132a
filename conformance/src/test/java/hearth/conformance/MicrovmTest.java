package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;

/// A server whose sandboxes are microVMs. Booting one takes seconds where QEMU emulates the processor, so most
/// tests are of one function that does as it is told.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MicrovmTest {
    private static final String PYTHON = """
            import json, os, socket, subprocess, sys, time, urllib.request
            boot = open("/proc/sys/kernel/random/boot_id").read()
            def handler(event, context):
                what = event["do"]
                if what == "tell":
                    print("told of", event["text"])
                    return {"text": event["text"], "kernel": os.uname().release, "uid": os.getuid(), "boot": boot,
                            "api": os.environ["AWS_LAMBDA_RUNTIME_API"], "memory": context.memory_limit_in_mb}
                if what == "raise":
                    raise ValueError("as asked")
                if what == "exit":
                    print("going")
                    sys.stdout.flush()
                    os._exit(3)
                if what == "sleep":
                    with open("/tmp/kept", "w") as file:
                        file.write(boot)
                    subprocess.Popen(["/bin/sleep", "1000"])
                    time.sleep(event["seconds"])
                if what == "kept":
                    return open("/tmp/kept").read() == boot
                if what == "take":
                    return len(bytearray(event["mebibytes"] << 20))
                if what == "fill":
                    with open("/tmp/full", "wb") as file:
                        try:
                            while True:
                                file.write(bytes(1 << 20))
                        except OSError as e:
                            return [e.errno, file.tell() >> 20]
                        finally:
                            os.remove("/tmp/full")
                if what == "time":
                    return time.time()
                if what == "connect":
                    try:
                        socket.create_connection((event["host"], event["port"]), 3).close()
                        return "connected"
                    except OSError as e:
                        return type(e).__name__
                if what == "fetch":
                    with urllib.request.urlopen(event["url"], timeout=10) as answer:
                        return answer.read().decode()
                if what == "variable":
                    return os.environ.get(event["name"])
            """;

    private static HttpServer service;
    private static HearthProcess server;
    private static LambdaClient lambda;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "needs QEMU");
        assumeTrue(Files.isReadable(Path.of("/var/lib/hearth/guest-kernel/vmlinuz")), "needs hearth-guest-kernel");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        service = HttpServer.create(new InetSocketAddress(0), 10);
        service.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 7);
            try (var body = exchange.getResponseBody()) {
                body.write("service".getBytes(StandardCharsets.UTF_8));
            }
        });
        service.start();
        server = server();
        lambda = Clients.lambda(server.endpoint());
        create("told", "python3.11", "app.handler", Zips.of("app.py", PYTHON));
    }

    private static HearthProcess server() {
        return HearthProcess.start(
                TestServer.temporaryFolder(),
                "--sandbox",
                "microvm",
                "--pool-memory",
                "1024",
                "--endpoint",
                "s3=http://127.0.0.1:" + service.getAddress().getPort(),
                "--allow-network",
                hostAddress());
    }

    /// One of the host's that is not its loopback's; the loopback's where there is none.
    private static String hostAddress() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(each -> !each.getName().startsWith("hth"))
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElse("127.0.0.1");
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    static void end() {
        if (server != null) {
            lambda.close();
            server.close();
        }
        if (service != null) {
            service.stop(0);
        }
    }

    private static void create(String name, String runtime, String handler, SdkBytes code) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime(runtime)
                .handler(handler)
                .role(TestServer.ROLE)
                .memorySize(256)
                .timeout(15)
                .code(c -> c.zipFile(code)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static InvokeResponse invoke(String function, String payload) {
        return lambda.invoke(r -> r.functionName(function)
                .payload(SdkBytes.fromUtf8String(payload))
                .logType(LogType.TAIL));
    }

    private static String told(String payload) {
        var response = invoke("told", payload);
        assertThat(response.functionError())
                .as(response.payload().asUtf8String())
                .isNull();
        return response.payload().asUtf8String();
    }

    private static String log(InvokeResponse response) {
        return new String(Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
    }

    @Test
    @Order(1)
    void aFunctionRunsOnAKernelOfItsOwn() throws Exception {
        var response = invoke("told", "{\"do\":\"tell\",\"text\":\"hello\"}");

        assertThat(response.functionError()).isNull();
        assertThat(response.payload().asUtf8String())
                .contains("\"text\": \"hello\"", "\"uid\": 993", "\"api\": \"127.0.0.1:9001\"", "\"memory\": \"256\"")
                .doesNotContain(osRelease())
                .doesNotContain(Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                        .strip());
        // What it printed is there before the end is told of.
        assertThat(log(response)).matches(Pattern.compile("START .*told of hello\\nEND .*REPORT .*", Pattern.DOTALL));
    }

    @Test
    @Order(2)
    void itsReportTellsOfTheMemoryThatItHad() {
        told("{\"do\":\"take\",\"mebibytes\":60}");

        var report = Pattern.compile("Max Memory Used: (\\d+) MB")
                .matcher(log(invoke("told", "{\"do\":\"tell\",\"text\":\"\"}")));

        assertThat(report.find()).isTrue();
        assertThat(Integer.parseInt(report.group(1))).isBetween(65, 130);
    }

    @Test
    void anErrorIsAnsweredAsAnywhere() {
        var response = invoke("told", "{\"do\":\"raise\"}");

        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(response.payload().asUtf8String())
                .contains("\"errorMessage\": \"as asked\"", "\"errorType\": \"ValueError\"");
    }

    @Test
    void anExitStatusIsTheFunctions() {
        var response = invoke("told", "{\"do\":\"exit\"}");

        assertThat(response.payload().asUtf8String())
                .contains("Runtime exited with error: exit status 3", "Runtime.ExitError");
        assertThat(log(response)).contains("going");
    }

    @Test
    void tooMuchMemoryIsAnsweredAsAKill() {
        var response = invoke("told", "{\"do\":\"take\",\"mebibytes\":400}");

        assertThat(response.payload().asUtf8String()).contains("Runtime exited with error: signal: killed");
        assertThat(told("{\"do\":\"take\",\"mebibytes\":20}")).isEqualTo(Integer.toString(20 << 20));
    }

    /// The program is killed with all that it started, and the machine goes on, with its `/tmp`.
    @Test
    void aTimeOutEndsTheProgramAndKeepsTheMachine() {
        told("{\"do\":\"tell\",\"text\":\"\"}");

        var response = invoke("told", "{\"do\":\"sleep\",\"seconds\":100}");

        assertThat(response.payload().asUtf8String()).contains("Task timed out after 15.00 seconds");
        assertThat(told("{\"do\":\"kept\"}")).isEqualTo("true");
    }

    /// A machine that is a copy is not killed either when all of its memory and of its disk were written to.
    @Test
    void tmpHasItsSize() {
        create("full", "python3.11", "app.handler", Zips.of("app.py", PYTHON));
        // An emulated processor fills 30 MB a second, while nothing else runs.
        lambda.updateFunctionConfiguration(r -> r.functionName("full").timeout(120));
        lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("full"));

        assertThat(invoke("full", "{\"do\":\"fill\"}").payload().asUtf8String()).matches("\\[28, 51[0-4]]");
    }

    @Test
    void itsClockIsTheHosts() {
        double told = Double.parseDouble(told("{\"do\":\"time\"}"));

        assertThat(told).isBetween(System.currentTimeMillis() / 1e3 - 10, System.currentTimeMillis() / 1e3 + 2);
    }

    @Test
    void itReachesWhatItIsToReachAndNothingElse() {
        var port = service.getAddress().getPort();
        assertThat(told("{\"do\":\"fetch\",\"url\":\"http://127.0.0.1:" + port + "/\"}"))
                .isEqualTo("\"service\"");
        assertThat(told("{\"do\":\"variable\",\"name\":\"AWS_ENDPOINT_URL_LAMBDA\"}"))
                .isEqualTo("\"http://127.0.0.2:9001\"");
        assertThat(connect("127.0.0.2", 9001)).isEqualTo("\"connected\"");

        assertThat(told("{\"do\":\"fetch\",\"url\":\"http://%s:%d/\"}".formatted(hostAddress(), port)))
                .isEqualTo("\"service\"");

        var refused = List.of("\"ConnectionRefusedError\"", "\"TimeoutError\"", "\"OSError\"");
        assertThat(connect("127.0.0.1", server.endpoint().getPort())).isIn(refused);
        assertThat(connect("169.254.169.254", 80)).isIn(refused);
        assertThat(connect("10.0.0.1", 80)).isIn(refused);
        // The namespace around the machine has nothing else that listens.
        assertThat(connect("169.254.100.1", 22)).isIn(refused);
        assertThat(connect("169.254.100.1", port)).isIn(refused);
    }

    private static String connect(String host, int port) {
        return told("{\"do\":\"connect\",\"host\":\"%s\",\"port\":%d}".formatted(host, port));
    }

    @Test
    void nodeAndProgramsOfOnesOwnRunToo() {
        var node = InstalledRuntimes.any("nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x");
        create(
                "node",
                node,
                "index.handler",
                Zips.of("index.js", "exports.handler = async e => ({got: e.n + 1, version: process.version});"));
        assertThat(invoke("node", "{\"n\":1}").payload().asUtf8String()).contains("\"got\":2");

        var bootstrap = """
                #!/bin/sh
                api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
                while true; do
                  event=$(curl -sS -D /tmp/headers "$api/invocation/next")
                  id=$(sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *\\([^\\r]*\\)\\r*$/\\1/p' /tmp/headers)
                  echo "event $event"
                  curl -sS -d "got $event" "$api/invocation/$id/response"
                done
                """;
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "the bootstrap needs curl");
        create("own", "provided.al2023", "any", Zips.executable("bootstrap", bootstrap));
        var response = invoke("own", "7");
        assertThat(response.payload().asUtf8String()).isEqualTo("got 7");
        assertThat(log(response)).contains("event 7");
    }

    /// Its machine came up when the version was published; the first invocation only has its hooks run.
    @Test
    void aVersionUnderSnapStartIsRestored() {
        var python = List.of("python3.12", "python3.13", "python3.14").stream()
                .filter(InstalledRuntimes::has)
                .findFirst();
        assumeTrue(python.isPresent(), "needs a Python that has SnapStart");
        var code = """
                from snapshot_restore_py import register_after_restore, register_before_snapshot
                said = ["init"]
                register_before_snapshot(said.append, "before")
                register_after_restore(said.append, "after")
                def handler(event, context):
                    return said + [open("/proc/sys/kernel/osrelease").read().strip()]
                """;
        lambda.createFunction(r -> r.functionName("snap")
                .runtime(python.get())
                .handler("app.handler")
                .role(TestServer.ROLE)
                .memorySize(256)
                .timeout(15)
                .snapStart(s -> s.applyOn(SnapStartApplyOn.PUBLISHED_VERSIONS))
                .code(c -> c.zipFile(Zips.of("app.py", code))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("snap"));
        lambda.publishVersion(r -> r.functionName("snap"));
        lambda.waiter()
                .waitUntilPublishedVersionActive(
                        r -> r.functionName("snap").qualifier("1"), o -> o.waitTimeout(Duration.ofMinutes(3)));

        var response = lambda.invoke(r -> r.functionName("snap").qualifier("1").logType(LogType.TAIL));

        assertThat(response.payload().asUtf8String())
                .startsWith("[\"init\", \"before\", \"after\", ")
                .doesNotContain(osRelease());
        assertThat(log(response))
                .containsPattern("RESTORE_START .*\nRESTORE_REPORT Restore Duration: [0-9.]+ ms\nSTART ")
                .containsPattern("\tRestore Duration: [0-9.]+ ms\tBilled Restore Duration: [0-9]+ ms\t")
                .doesNotContain("Init Duration");
    }

    /// What waits is of a runtime and a size; what it becomes is the function's: its code, handler, variables
    /// and memory.
    @Test
    void aFunctionTakesARuntimeThatWaited() throws Exception {
        told("{\"do\":\"tell\",\"text\":\"\"}");
        Await.until("a runtime waits in a machine", () -> metric("hearth_pool_runtimes") > 0);
        var taken = metric("hearth_pool_takes_total{result=\"hit\"}");
        var code = """
                import os
                def other(event, context):
                    print("served")
                    return [context.function_name, context.memory_limit_in_mb, os.environ["GREETING"], os.getcwd(),
                            os.environ["_HANDLER"], os.listdir("/tmp"), os.listdir("/var/task"),
                            sorted(name for name in os.environ if name.startswith("_HEARTH"))]
                """;
        for (var name : List.of("waited-1", "waited-2")) {
            lambda.createFunction(r -> r.functionName(name)
                    .runtime("python3.11")
                    .handler("mine.other")
                    .role(TestServer.ROLE)
                    .memorySize(256)
                    .timeout(15)
                    .environment(e -> e.variables(Map.of("GREETING", "of " + name)))
                    .code(c -> c.zipFile(Zips.of("mine.py", code))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        }

        for (var name : List.of("waited-1", "waited-2")) {
            var response = invoke(name, "{}");

            assertThat(response.payload().asUtf8String())
                    .isEqualTo("[\"%1$s\", \"256\", \"of %1$s\", \"/var/task\", \"mine.other\", [], [\"mine.py\"], []]"
                            .formatted(name));
            assertThat(log(response)).contains("served");
        }
        assertThat(metric("hearth_pool_takes_total{result=\"hit\"}")).isGreaterThan(taken);
    }

    private static double metric(String name) {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(server.endpoint().resolve("/metrics"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String osRelease() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void theNextServerClearsWhatAKilledOneLeft() throws Exception {
        var machines = machines();
        assertThat(machines).isNotEmpty();
        var data = server.data();

        server.kill();

        Await.until("its machines end with it", () -> machines().stream().noneMatch(machines::contains));
        try (var next = HearthProcess.start(data, "--sandbox", "microvm")) {
            assertThat(next.output()).doesNotContain("stays");
            var answer = Clients.lambda(next.endpoint()).invoke(r -> r.functionName("told")
                    .payload(SdkBytes.fromUtf8String("{\"do\":\"variable\",\"name\":\"A\"}")));
            assertThat(answer.functionError()).isNull();
        }
    }

    private static List<Long> machines() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("qemu-system-x86_64"))
                .map(ProcessHandle::pid)
                .toList();
    }
}
