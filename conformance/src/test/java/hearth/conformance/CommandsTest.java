package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// The commands that start, find and stop a server, as scripts and people use them.
class CommandsTest {
    /// Needs a shell and curl, and no runtime of its own.
    private static final SdkBytes UMASK = Zips.executable("bootstrap", """
            #!/bin/sh
            api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
            while true; do
              id=$(curl -s -D - -o /tmp/event "$api/next" | tr -d '\\r' | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //pI')
              sleep "$(cat /tmp/event)"
              curl -s -o /dev/null "$api/$id/response" -d "\\"$(umask)\\""
            done
            """);

    private final Path data = TestServer.temporaryFolder().resolve("data");

    private record Ended(int status, String output) {}

    @Test
    void runsInTheBackgroundUntilItIsStopped() throws Exception {
        var readyFile = data.resolveSibling("ready");
        try {
            var started =
                    run("up", "--wait", "--port", "0", "--sandbox", "process", "--ready-file", readyFile.toString());
            var status = run("status");

            assertThat(started).extracting(Ended::status).as(started.output()).isEqualTo(0);
            assertThat(status.status()).as(status.output()).isZero();
            assertThat(status.output()).contains("is ready at http://127.0.0.1:", "auth       none");
            assertThat(status.output()).contains(Files.readString(readyFile).strip());
            assertThat(Files.readString(data.resolve("server.log"))).contains("Hearth is ready at");
        } finally {
            var stopped = run("stop");
            assertThat(stopped.status()).as(stopped.output()).isZero();
        }

        assertThat(run("status").status()).isEqualTo(3);
        assertThat(readyFile).doesNotExist();
        assertThat(data.resolve("server.json")).doesNotExist();
    }

    @Test
    void detachesBeforeItIsReadyAndSaysWhatFails() throws Exception {
        try (var _ = HearthProcess.start(data, "--sandbox", "process")) {
            var second = run("up", "--detach", "--port", "0", "--sandbox", "process");

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.output()).contains("The server did not start:", "in use by another Hearth");
        }
    }

    @Test
    void detachesAtOnceAndIsReadyLater() throws Exception {
        try {
            var started = run("up", "--detach", "--port", "0", "--sandbox", "process");

            assertThat(started.status()).as(started.output()).isZero();
            Await.until("it is ready", () -> ask("status").status() == 0);
        } finally {
            run("stop");
        }
    }

    @Test
    void tellsAServerThatDoesNotAnswerFromOneThatDoes() throws Exception {
        try (var server = HearthProcess.start(data, "--sandbox", "process")) {
            signal(server, "STOP");
            var status = run("status");
            signal(server, "CONT");

            assertThat(status.status()).isEqualTo(4);
            assertThat(status.output()).contains("does not answer");
            assertThat(run("status").status()).isZero();
        }
    }

    private static void signal(HearthProcess server, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(server.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Ended ask(String... words) {
        try {
            return run(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endsAtOnceWhenItIsToldTwice() {
        try (var server = HearthProcess.start(data, "--sandbox", "process", "--drain", "10m", "--pool-memory", "0")) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda);
            invoke(lambda, "0");
            Thread.ofVirtual().start(() -> invokeToTheEndOf(lambda));
            Await.until("it runs", () -> process(server, "sleep 600"));

            server.signal();
            Await.until("it stops", () -> server.output().contains("Stopping the server"));
            assertThat(server.endsWithin(Duration.ofMillis(300))).isFalse();
            server.signal();

            assertThat(server.stop()).isEqualTo(143);
        }
    }

    /// What sandboxes read is made by the server, whose files nobody else may see.
    @ParameterizedTest
    @ValueSource(strings = {"namespaces", "bubblewrap", "process"})
    void keepsItsFilesToItselfAndGivesFunctionsTheUsualUmask(String kind) throws Exception {
        assumeTrue(!kind.equals("namespaces") || RestartTest.isRoot(), "Namespaces need root");
        assumeTrue(
                !kind.equals("bubblewrap") || Files.exists(Path.of("/usr/bin/bwrap")), "There is no bubblewrap here");
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (var server = HearthProcess.start(data, "--sandbox", kind)) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda);

            assertThat(invoke(lambda, "0")).isEqualTo("\"0022\"");
            assertThat(permissions(data)).isEqualTo("rwx------");
            for (var file : List.of("hearth.db", "lock", "server.json", "logs", "objects")) {
                assertThat(permissions(data.resolve(file))).as(file).endsWith("------");
            }
        }
    }

    private static void create(LambdaClient lambda) {
        lambda.createFunction(r -> r.functionName("umask")
                .runtime("provided.al2023")
                .handler("any")
                .role(TestServer.ROLE)
                .timeout(900)
                .code(c -> c.zipFile(UMASK)));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("umask"));
    }

    private static String invoke(LambdaClient lambda, String seconds) {
        return lambda.invoke(r -> r.functionName("umask").payload(SdkBytes.fromUtf8String(seconds)))
                .payload()
                .asUtf8String();
    }

    /// Its server ends before it answers.
    private static void invokeToTheEndOf(LambdaClient lambda) {
        assertThatThrownBy(() -> invoke(lambda, "600")).isInstanceOf(SdkException.class);
    }

    private static boolean process(HearthProcess server, String command) {
        return ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").endsWith(command))
                .anyMatch(each -> each.parent()
                        .flatMap(ProcessHandle::parent)
                        .filter(parent -> parent.pid() == server.pid())
                        .isPresent());
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Ended run(String... words) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--data", data.toString()));
        var process = HearthProcess.command(arguments).redirectErrorStream(true).start();
        try (var lines = process.inputReader()) {
            var output = lines.lines().collect(Collectors.joining("\n"));
            return new Ended(process.waitFor(), output);
        }
    }
}
