package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.worker.sandbox.SandboxKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The runtimes that Hearth brings, through a worker.
final class GuestRuntimesTest {
    private static final String PYTHON = """
            import logging
            def handler(event, context):
                logging.getLogger().warning("at work")
                if event.get("fail"):
                    raise ValueError("as told")
                return {"id": context.aws_request_id, "event": event}
            """;
    private static final String NODE = """
            exports.handler = async (event, context) => {
                console.log("at work");
                if (event.fail) throw new TypeError("as told");
                return {id: context.awsRequestId, event};
            };
            """;

    @TempDir
    Path directory;

    private static FunctionVersion function(TestWorker host, List<String> runtimes, String file, String source)
            throws Exception {
        assumeTrue(Files.isDirectory(TestWorker.GUEST), "needs the guest module's build");
        var runtime = runtimes.stream()
                .filter(id -> host.runtimes.find(id).isPresent())
                .findFirst();
        assumeTrue(runtime.isPresent(), "needs one of " + runtimes);
        return host.function("guest", runtime.get(), "f.handler", host.code(Map.of(file, source)), Map.of());
    }

    private static void check(TestWorker host, FunctionVersion function, String errorType) throws Exception {
        var environment = host.start(function).await("ready");
        var first = TestEnvironment.invocation("{\"a\":1}", false);
        var failing = TestEnvironment.invocation("{\"fail\":true}", true);

        var answer = TestEnvironment.text(environment.invoke(first)).replace(" ", "");
        var failed = (Failed) environment.invoke(failing);

        assertThat(answer).isEqualTo("{\"id\":\"" + first.requestId() + "\",\"event\":{\"a\":1}}");
        assertThat(failed.payload()).asString(StandardCharsets.UTF_8).contains("\"errorType\"", errorType, "as told");
        assertThat(new String(Objects.requireNonNull(failed.logTail()), StandardCharsets.UTF_8))
                .startsWith("START RequestId: " + failing.requestId())
                .contains("at work", "as told", "END RequestId: ", "REPORT RequestId: ");
    }

    @Test
    void runsPython() throws Exception {
        try (var host = new TestWorker(SandboxKind.PROCESS, directory)) {
            var runtimes = List.of("python3.12", "python3.11", "python3.13", "python3.10", "python3.9");
            check(host, function(host, runtimes, "f.py", PYTHON), "ValueError");
        }
    }

    @Test
    void runsNode() throws Exception {
        try (var host = new TestWorker(SandboxKind.PROCESS, directory)) {
            check(host, function(host, List.of("nodejs20.x", "nodejs22.x", "nodejs18.x"), "f.js", NODE), "TypeError");
        }
    }

    @Test
    void runsPythonInNamespaces() throws Exception {
        try (var host = new TestWorker(SandboxKind.NAMESPACES, directory)) {
            var runtimes = List.of("python3.12", "python3.11", "python3.13", "python3.10", "python3.9");
            check(host, function(host, runtimes, "f.py", PYTHON), "ValueError");
        }
    }

    @Test
    void runsNodeInNamespaces() throws Exception {
        try (var host = new TestWorker(SandboxKind.NAMESPACES, directory)) {
            check(host, function(host, List.of("nodejs20.x", "nodejs22.x", "nodejs18.x"), "f.js", NODE), "TypeError");
        }
    }
}
