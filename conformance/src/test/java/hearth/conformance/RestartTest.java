package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/// The server ends, asked or killed, and starts again: nothing is lost, and nothing is left behind.
class RestartTest {
    private static final SdkBytes ECHO = Zips.of("app.py", "def handler(event, context):\n    return event\n");

    @Test
    void keepsEveryFunctionOverARestart() {
        var data = TestServer.temporaryFolder();
        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "kept");
            assertThat(server.stop()).isIn(0, 143);
        }

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("kept"));
            var answer = lambda.invoke(r -> r.functionName("kept").payload(SdkBytes.fromUtf8String("42")));
            assertThat(answer.payload().asUtf8String()).isEqualTo("42");
        }
    }

    @Test
    void keepsEveryAcknowledgedWriteWhenKilledInTheMiddleOfThem() throws Exception {
        var seed = new Random().nextLong();
        System.out.println("RestartTest seed " + seed);
        var random = new Random(seed);
        var data = TestServer.temporaryFolder();
        var acknowledged = new ConcurrentSkipListSet<String>();
        for (int round = 0; round < 6; round++) {
            var server = HearthProcess.start(data);
            var lambda = Clients.lambda(server.endpoint());
            assertThat(names(lambda)).containsAll(acknowledged);
            var prefix = "round" + round + "-";
            var enough = acknowledged.size() + 5 + random.nextInt(40);
            try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int writer = 0; writer < 4; writer++) {
                    var name = prefix + writer + "-";
                    writers.execute(() -> createUntilItFails(lambda, name, acknowledged));
                }
                while (acknowledged.size() < enough) {
                    Thread.onSpinWait();
                }
                server.kill();
            }
        }

        try (var server = HearthProcess.start(data)) {
            var lambda = Clients.lambda(server.endpoint());
            assertThat(names(lambda)).containsAll(acknowledged);
            for (var name : List.of(acknowledged.first(), acknowledged.last())) {
                lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
                assertThat(lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("7")))
                                .payload()
                                .asUtf8String())
                        .isEqualTo("7");
            }
        }
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() throws IOException {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var before = traces();
        var made = new TreeSet<String>();

        try (var server = HearthProcess.start(TestServer.temporaryFolder())) {
            var lambda = Clients.lambda(server.endpoint());
            create(lambda, "f");
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
            lambda.invoke(r -> r.functionName("f"));
            made.addAll(traces());
            made.removeAll(before);
            assertThat(made).isNotEmpty();
        }

        assertThat(traces()).doesNotContainAnyElementsOf(made);
    }

    @Test
    void leavesNothingBehindWhenItIsStoppedInTheMiddleOfItsStart() throws IOException, InterruptedException {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var before = traces();
        var made = new TreeSet<String>();
        var data = TestServer.temporaryFolder().toString();

        var process = HearthProcess.command(List.of("up", "--port", "0", "--data", data))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (made.isEmpty()) {
            assertThat(process.isAlive()).isTrue();
            made.addAll(traces());
            made.removeAll(before);
        }
        process.destroy();
        process.waitFor();

        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(traces()).isEqualTo(before);
    }

    @Test
    void clearsWhatAKilledServerLeft() throws IOException {
        assumeTrue(isRoot(), "Sandboxes with cgroups need root");
        var before = traces();
        var data = TestServer.temporaryFolder();
        var killed = HearthProcess.start(data);
        var lambda = Clients.lambda(killed.endpoint());
        create(lambda, "f");
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        lambda.invoke(r -> r.functionName("f"));
        var made = traces();
        made.removeAll(before);

        killed.kill();
        try (var server = HearthProcess.start(data)) {
            assertThat(Clients.lambda(server.endpoint())
                            .invoke(r -> r.functionName("f"))
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(traces()).doesNotContainAnyElementsOf(made);
    }

    private static void createUntilItFails(
            LambdaClient lambda, String prefix, ConcurrentSkipListSet<String> acknowledged) {
        try {
            for (int i = 0; ; i++) {
                create(lambda, prefix + i);
                acknowledged.add(prefix + i);
            }
        } catch (SdkException e) {
            // The server was killed: what it had not acknowledged may be there or not.
            assertThat(e).isNotNull();
        }
    }

    private static void create(LambdaClient lambda, String name) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(ECHO)));
    }

    private static Set<String> names(LambdaClient lambda) {
        return lambda.listFunctionsPaginator().functions().stream()
                .map(FunctionConfiguration::functionName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /// What servers make on their host: cgroups, mounts, network devices, loop devices, processes. Those of other
    /// servers are among them.
    private static Set<String> traces() throws IOException {
        var traces = new TreeSet<String>();
        try (var cgroups = Files.find(Path.of("/sys/fs/cgroup"), 6, (path, attributes) -> attributes.isDirectory())) {
            cgroups.filter(path -> path.toString().contains("/hearth")).forEach(path -> traces.add("cgroup " + path));
        }
        try (var mounts = Files.lines(Path.of("/proc/self/mounts"))) {
            mounts.filter(mount -> mount.contains("hearth")).forEach(mount -> traces.add("mount " + mount));
        }
        try (var devices = Files.lines(Path.of("/proc/net/dev"))) {
            devices.skip(2)
                    .forEach(device -> traces.add("device " + device.strip().split(":")[0]));
        }
        try (var loops = Files.list(Path.of("/sys/block"))) {
            loops.filter(device -> Files.exists(device.resolve("loop/backing_file")))
                    .forEach(device -> traces.add("loop " + device.getFileName()));
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").contains("launcher"))
                .forEach(process -> traces.add("process " + process.pid()));
        return traces;
    }
}
