package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ServiceException;

/// A server whose disk is full says so, loses nothing, and goes on when there is room. The disk is a small one in a
/// mount namespace of the server's own.
class FullDiskTest {
    private static final String SIZE = "64m";
    private static final int RANDOM_BYTES = 2 << 20;
    private static final Pattern EVENT = Pattern.compile("\\{\"id\":\"([^\"]+)\"");
    private static final Random RANDOM = new Random(1);

    @Test
    void saysSoAndKeepsWhatItAcknowledgedAndGoesOnWithRoom() throws Exception {
        assumeTrue(RestartTest.isRoot(), "A disk of its own needs root");
        try (var server = start()) {
            var disk = disk(server);
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "warm");
            create(lambda, "cold");
            awaitActive(lambda, List.of("warm", "cold"));
            assertThat(invoke(lambda, "warm")).isEqualTo("\"warm\"");
            var acknowledged = new TreeSet<>(List.of("warm", "cold"));

            fill(disk.resolve("filler"));
            var refused = new ArrayList<LambdaException>();
            for (int i = 0; i < 5; i++) {
                var name = "more" + i;
                try {
                    create(lambda, name);
                    acknowledged.add(name);
                } catch (LambdaException e) {
                    refused.add(e);
                }
            }

            assertThat(refused).isNotEmpty().allSatisfy(refusal -> {
                assertThat(refusal).isInstanceOf(ServiceException.class);
                assertThat(refusal.statusCode()).isEqualTo(500);
                assertThat(refusal.awsErrorDetails().errorMessage()).contains("disk is full");
            });
            assertThat(invoke(lambda, "warm")).isEqualTo("\"warm\"");
            assertThatThrownBy(() -> invoke(lambda, "cold"))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("disk is full");
            assertThat(server.output())
                    .contains("THE DISK OF THE DATA FOLDER IS FULL")
                    .doesNotContain("met a fault");

            Files.delete(disk.resolve("filler"));
            create(lambda, "later");
            acknowledged.add("later");
            awaitActive(lambda, acknowledged);

            assertThat(invoke(lambda, "later")).isEqualTo("\"later\"");
            assertThat(invoke(lambda, "cold")).isEqualTo("\"cold\"");
            assertThat(lambda.listFunctionsPaginator().functions().stream().map(FunctionConfiguration::functionName))
                    .containsExactlyInAnyOrderElementsOf(acknowledged);
        }
    }

    /// What was answered with 202 is kept, and what was not never runs.
    @Test
    void refusesEventsAndGoesOnWithThoseItHasWithRoom() throws Exception {
        assumeTrue(RestartTest.isRoot(), "A disk of its own needs root");
        try (var queues = ElasticMq.start();
                var server = start("--retry-base", "100ms", "--endpoint", "sqs=" + queues.url())) {
            var disk = disk(server);
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "taken");
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("taken"));
            lambda.putFunctionEventInvokeConfig(r -> r.functionName("taken")
                    .destinationConfig(c -> c.onSuccess(s -> s.destination(queues.create("heard")))));
            assertThat(invoke(lambda, "taken")).isEqualTo("\"taken\"");
            var accepted = new TreeSet<String>();
            var refused = new TreeSet<String>();

            fill(disk.resolve("filler"));
            for (int i = 0; i < 60; i++) {
                var id = "e-%03d".formatted(i);
                try {
                    invokeLater(lambda, id);
                    accepted.add(id);
                } catch (ServiceException e) {
                    assertThat(e.statusCode()).isEqualTo(500);
                    assertThat(e.awsErrorDetails().errorMessage()).contains("disk is full");
                    refused.add(id);
                }
            }
            assertThat(refused).isNotEmpty();
            assertThat(server.output()).contains("THE DISK OF THE DATA FOLDER IS FULL");

            Files.delete(disk.resolve("filler"));
            invokeLater(lambda, "e-later");
            accepted.add("e-later");

            var heard = new TreeSet<String>();
            Await.until(() -> "All of " + accepted + " in " + heard, () -> {
                queues.take("heard")
                        .forEach(message ->
                                EVENT.matcher(message.body()).results().forEach(found -> heard.add(found.group(1))));
                return heard.containsAll(accepted);
            });
            assertThat(heard).isEqualTo(accepted);
            Await.until("Nothing waits", () -> events(server).contains("No event waits"));
            assertThat(server.output()).doesNotContain("met a fault").doesNotContain("met a defect");
        }
    }

    private static void invokeLater(LambdaClient lambda, String id) {
        lambda.invoke(r -> r.functionName("taken")
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{\"id\":\"" + id + "\",\"more\":\"" + "x".repeat(100_000) + "\"}")));
    }

    /// What `hearth events` says where the server's disk is.
    private static String events(HearthProcess server) {
        var command =
                HearthProcess.command(List.of("events", "--data", server.data().toString()));
        command.command().addAll(0, List.of("nsenter", "-m", "-t", Long.toString(server.pid())));
        try (var output = command.redirectErrorStream(true).start().getInputStream()) {
            return new String(output.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HearthProcess start(String... options) {
        var data = TestServer.temporaryFolder();
        var script = "mount -t tmpfs -o size=" + SIZE + ",mode=700 none " + data + " && exec \"$@\"";
        return HearthProcess.startWithin(List.of("unshare", "-m", "--fork", "sh", "-c", script, "sh"), data, options);
    }

    private static Path disk(HearthProcess server) {
        return Path.of("/proc", Long.toString(server.pid()), "root")
                .resolve(Path.of("/").relativize(server.data()));
    }

    /// With as much in it as no package shares.
    private static void create(LambdaClient lambda, String name) {
        var ballast = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(ballast);
        var code = "def handler(event, context):\n    return '" + name + "'\n";
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(
                        Zips.of(Map.of("app.py", code.getBytes(StandardCharsets.UTF_8), "ballast", ballast)))));
    }

    private static void awaitActive(LambdaClient lambda, Collection<String> names) {
        names.forEach(name -> lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name)));
    }

    private static String invoke(LambdaClient lambda, String name) {
        return lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("0")))
                .payload()
                .asUtf8String();
    }

    private static void fill(Path file) throws IOException {
        var piece = new byte[64 << 10];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
        // What was left of the last piece.
        try (var out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(0);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
