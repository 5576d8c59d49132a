package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.operation.ControlLimits;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.server.http.RawClient;
import hearth.worker.environment.StreamPace;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxKind;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HearthTest {
    /// Written for any POSIX shell: what these tests are about is the server.
    private static final String BOOTSTRAP = """
            #!/bin/sh
            api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
            event=$(mktemp)
            while true; do
              id=$(curl -s -D - -o "$event" "$api/next" | tr -d '\\r' | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //pI')
              sleep "$(cat "$event")"
              curl -s -o /dev/null "$api/$id/response" -d "slept $(cat "$event")"
            done
            """;

    @TempDir
    private Path folder = Path.of("");

    private ServerConfig config(Set<Role> roles) {
        return new ServerConfig(
                "127.0.0.1",
                0,
                Optional.empty(),
                ServiceEndpoints.NONE,
                true,
                folder,
                Optional.empty(),
                Optional.empty(),
                AuthMode.NONE,
                new AccountId("000000000000"),
                Optional.of(SandboxKind.PROCESS),
                NetworkPolicy.closed(),
                new Bytes(0),
                75,
                Duration.ofMinutes(1),
                ControlLimits.DEFAULT,
                StreamPace.AWS,
                roles,
                1,
                ServiceConfig.DEFAULT,
                ClusterConfig.NONE,
                MicrovmConfig.USUAL,
                folder.resolve("guest"));
    }

    private static ServerConfig at(ServerConfig config, String host, int port, Path data) {
        return new ServerConfig(
                host,
                port,
                config.publicUrl(),
                config.services(),
                config.functionEndpoints(),
                data,
                config.store(),
                config.objects(),
                config.auth(),
                config.account(),
                config.sandbox(),
                config.network(),
                config.poolMemory(),
                config.provisionedShare(),
                config.idleTimeout(),
                config.limits(),
                config.streamPace(),
                config.roles(),
                config.loops(),
                config.service(),
                config.cluster(),
                config.microvm(),
                config.guest());
    }

    @Test
    void invokesWhileItsControlPlaneIsStopped() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.allOf(Role.class)));
                var client = new RawClient(hearth.address())) {
            create(client);
            assertThat(invoke(client, "0").text()).isEqualTo("slept 0");

            hearth.stopControlPlane();

            assertThat(invoke(client, "0").text()).isEqualTo("slept 0");
            var refused = client.send("GET /2015-03-31/functions/sleeper HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("GetFunction");
        }
    }

    @Test
    void finishesWhatRunsWhenItIsStopped() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var hearth = Hearth.start(config(EnumSet.allOf(Role.class)));
                var client = new RawClient(hearth.address())) {
            create(client);
            invoke(client, "0");
            client.send(invocation("1"));
            try (var watcher = new RawClient(hearth.address())) {
                watcher.send("GET /_hearth/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .read();
            }

            var closing = threads.submit(hearth::close);

            assertThat(client.read().text()).isEqualTo("slept 1");
            closing.get();
            assertThatThrownBy(() -> new RawClient(hearth.address())).hasMessageContaining("refused");
        }
    }

    @Test
    void keepsItsFunctionsForTheNextStart() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.allOf(Role.class)));
                var client = new RawClient(hearth.address())) {
            create(client);
        }

        try (var hearth = Hearth.start(config(EnumSet.of(Role.FRONTEND, Role.WORKER)));
                var client = new RawClient(hearth.address())) {
            assertThat(invoke(client, "0").text()).isEqualTo("slept 0");
            assertThat(client.send("GET /2015-03-31/functions HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(503);
        }
    }

    @Test
    void servesTheControlPlaneAlone() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.of(Role.CONTROL)));
                var client = new RawClient(hearth.address())) {
            create(client);

            assertThat(invoke(client, "0").status()).isEqualTo(503);
            assertThat(hearth.sandbox()).isEmpty();
        }
    }

    @Test
    void servesOnlyNamesOfTheLoopbackWithoutSignatures() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.of(Role.CONTROL)));
                var client = new RawClient(hearth.address())) {
            create(client);
            for (var path : List.of(
                    "/2015-03-31/functions/sleeper", "/_hearth/health", "/_hearth/ready", "/_hearth/code/x", "/any")) {
                var refused = client.send("GET " + path + " HTTP/1.1\r\nHost: rebound.example:9000\r\n\r\n")
                        .read();

                assertThat(refused.status()).as(path).isEqualTo(403);
                assertThat(refused.header("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
                assertThat(refused.text()).doesNotContain("sleeper").contains("--allow-host");
            }
            assertThat(client.send("GET /_hearth/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .read()
                            .text())
                    .isEqualTo("{\"status\":\"ready\"}\n");
            assertThat(client.send("GET /_hearth/health HTTP/1.0\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void recordsWhoAskedForWhatAndWhatCameOfIt() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.allOf(Role.class)));
                var client = new RawClient(hearth.address())) {
            create(client);
            invoke(client, "0");
            client.send(request("/2015-03-31/functions/missing/invocations?secret=1", "0"))
                    .read();
            client.send("GET /2015-03-31/functions/missing HTTP/1.1\r\nHost: localhost\r\n"
                            + "Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-west-1/lambda/aws4_request,"
                            + " SignedHeaders=host, Signature=x\r\n\r\n")
                    .read();
            client.send("GET /2015-03-31/functions HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
                    .read();
            client.send("NONSENSE\r\n\r\n").read();
        }

        var access = Files.readAllLines(folder.resolve("access.log"));
        assertThat(access.getFirst())
                .matches("\\{\"time\":\"2[-0-9T:.]+Z\",\"requestId\":\"[-0-9a-f]{36}\",\"remote\":\"127.0.0.1:\\d+\","
                        + "\"method\":\"POST\",\"path\":\"/2015-03-31/functions\",\"status\":201,\"ms\":[0-9.]+,\"bytes\":\\d+,"
                        + "\"account\":\"000000000000\",\"region\":\"us-east-1\",\"operation\":\"CreateFunction\","
                        + "\"resource\":\"sleeper\"}");
        assertThat(access)
                .anyMatch(line -> line.contains("\"status\":200")
                        && line.contains("\"operation\":\"Invoke\",\"resource\":\"sleeper\"}"))
                .anyMatch(line -> line.contains("\"operation\":\"Invoke\",\"resource\":\"missing\"")
                        && line.contains("\"error\":\"ResourceNotFoundException\""))
                .anyMatch(line -> line.contains("\"status\":403")
                        && line.contains("\"error\":\"AccessDeniedException\"")
                        && !line.contains("account"))
                .anyMatch(line -> line.contains("\"status\":400") && line.contains("\"error\":\"BadRequestException\""))
                .noneMatch(line -> line.contains("secret"));
        var audit = Files.readAllLines(folder.resolve("audit.log"));
        assertThat(audit.getFirst())
                .contains("\"operation\":\"CreateFunction\",\"resource\":\"sleeper\",\"status\":201,\"ms\":");
        assertThat(audit)
                .anyMatch(line -> line.contains("\"accessKey\":\"AKIAEXAMPLE\",\"region\":\"eu-west-1\","
                        + "\"operation\":\"GetFunction\",\"resource\":\"missing\",\"status\":404,"
                        + "\"error\":\"ResourceNotFoundException\""))
                .noneMatch(line -> line.contains("Invoke"));
    }

    @Test
    void countsForThoseOnItsHost() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.allOf(Role.class)));
                var client = new RawClient(hearth.address())) {
            create(client);
            invoke(client, "0");
            invoke(client, "0");

            var metrics = client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .read();
            var forwarded = client.send(
                            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
                    .read();

            assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
            assertThat(metrics.text().lines())
                    .contains(
                            "faas_invocations_total{cloud_account_id=\"000000000000\",cloud_region=\"us-east-1\",faas_name=\"sleeper\"} 2.0",
                            "hearth_requests_total{code=\"2xx\",operation=\"Invoke\"} 2.0",
                            "hearth_environments{state=\"starting\"} 0.0",
                            "lambda_concurrent_executions 0.0",
                            "hearth_build_info{version=\"" + Hearth.VERSION + "\"} 1")
                    // One that is not yet asked for its next event when the second invocation comes has another made.
                    .anyMatch(line -> line.matches("faas_coldstarts_total\\{.*faas_name=\"sleeper\"} [12].0"));
            assertThat(forwarded.status()).isEqualTo(403);
        }
    }

    @Test
    void tellsOfItselfInItsDataFolderWhileItRuns() throws Exception {
        try (var hearth = Hearth.start(config(EnumSet.of(Role.CONTROL)))) {
            var said = ServerFile.read(folder).orElseThrow();

            assertThat(said.address()).isEqualTo(hearth.url());
            assertThat(said.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(said.state()).isEqualTo(RunningServer.State.READY);
            assertThat(said.isAlive()).isTrue();
            assertThat(Files.getPosixFilePermissions(folder.resolve("server.json")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }

        assertThat(ServerFile.read(folder)).isEmpty();
    }

    @Test
    void saysWhyItCannotStart() throws Exception {
        var config = config(EnumSet.of(Role.CONTROL));
        try (var hearth = Hearth.start(config)) {
            int port = hearth.address().getPort();
            var other = folder.resolve("other");

            assertThatThrownBy(() -> Hearth.start(at(config, "127.0.0.1", port, other)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("Cannot listen on 127.0.0.1:" + port)
                    .hasMessageContaining("Address already in use");
            assertThatThrownBy(() -> Hearth.start(config))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("in use by another Hearth");
            assertThatThrownBy(() -> Hearth.start(at(config, "0.0.0.0", 0, other)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("--auth sigv4");
            assertThatThrownBy(() -> Hearth.start(config(EnumSet.of(Role.WORKER))))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("--join HOST:PORT");
        }
    }

    private void create(RawClient client) throws IOException {
        var body = "{\"FunctionName\":\"sleeper\",\"Runtime\":\"provided.al2023\",\"Handler\":\"any\",\"Timeout\":30,"
                + "\"Role\":\"arn:aws:iam::000000000000:role/any\",\"Code\":{\"ZipFile\":\""
                + Base64.getEncoder().encodeToString(zip()) + "\"}}";
        assertThat(client.send(request("/2015-03-31/functions", body)).read().status())
                .isEqualTo(201);
        hearth.server.http.Await.until("the function is active", () -> client.send(
                        "GET /2015-03-31/functions/sleeper/configuration HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .read()
                .text()
                .contains("\"State\":\"Active\""));
    }

    private static RawClient.Answer invoke(RawClient client, String seconds) {
        return client.send(invocation(seconds)).read();
    }

    private static String invocation(String seconds) {
        return request("/2015-03-31/functions/sleeper/invocations", seconds);
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private byte[] zip() throws IOException {
        var zip = folder.resolve("bootstrap.zip");
        // Only a zip file system can say that a file is executable.
        try (var files =
                FileSystems.newFileSystem(zip, Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
            var bootstrap = Files.writeString(files.getPath("bootstrap"), BOOTSTRAP);
            Files.setPosixFilePermissions(bootstrap, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        var bytes = Files.readAllBytes(zip);
        Files.delete(zip);
        return bytes;
    }
}
