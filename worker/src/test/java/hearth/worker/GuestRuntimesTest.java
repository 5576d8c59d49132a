package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.CodeDigest;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.worker.code.TestZip;
import hearth.worker.logs.LogEvent;
import hearth.worker.sandbox.SandboxKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    private static final String WRITES = """
            import logging, os, subprocess, sys, time
            logging.getLogger().setLevel("INFO")
            def handler(event, context):
                for i in range(5):
                    print("print%d" % i)
                    logging.info("log%d" % i)
                    print("err%d" % i, file=sys.stderr)
                    subprocess.run(["/bin/echo", "child%d" % i])
                print("unfinished", end="")
                if event == "crash": os._exit(1)
                if event == "hang": time.sleep(60)
            """;
    /// Long enough to be asked about by itself (`PeakMemory`), on a quick machine too.
    private static final String PYTHON_MEMORY = """
            import re, time
            kept = []
            def handler(event, context):
                kept.append(bytearray(event << 20))
                time.sleep(0.03)
                return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1))
            """;
    private static final String NODE_MEMORY = """
            const kept = [];
            exports.handler = async event => {
                kept.push(Buffer.alloc(event << 20, 1));
                await new Promise(done => setTimeout(done, 30));
                return Number(/VmHWM:\\s+(\\d+)/.exec(require("fs").readFileSync("/proc/self/status"))[1]);
            };
            """;
    private static final String WRAPPER = """
            #!/bin/sh
            export WRAPPED="${1##*/}, $_HEARTH_CHANNEL"
            exec "$@"
            """;
    private static final String PYTHON_WRAPPED = """
            import os
            def handler(event, context):
                return os.environ.get("WRAPPED")
            """;
    private static final String NODE_WRAPPED = "exports.handler = async () => process.env.WRAPPED;";
    private static final List<String> NODES = List.of("nodejs20.x", "nodejs22.x", "nodejs18.x");
    private static final List<String> PYTHONS =
            List.of("python3.12", "python3.11", "python3.13", "python3.10", "python3.9");

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
            check(host, function(host, PYTHONS, "f.py", PYTHON), "ValueError");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SandboxKind.class,
            names = {"PROCESS", "NAMESPACES"})
    void keepsTheOrderOfAllThatAPythonFunctionWrites(SandboxKind kind) throws Exception {
        var expected = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            expected.addAll(List.of("print" + i, "log" + i, "err" + i, "child" + i));
        }
        expected.add("unfinished");
        try (var host = new TestWorker(kind, directory)) {
            var function = TestWorker.withTimeout(function(host, PYTHONS, "f.py", WRITES), TestWorker.SHORT);
            var environment = host.start(function).await("ready");
            for (var event : List.of("end", "crash", "hang")) {
                var outcome = environment.invoke(TestEnvironment.invocation('"' + event + '"', true));

                var tail = outcome instanceof Failed failed ? failed.logTail() : ((Answered) outcome).logTail();
                var written = Pattern.compile("(print|log|err|child)\\d|unfinished")
                        .matcher(new String(Objects.requireNonNull(tail), StandardCharsets.UTF_8))
                        .results()
                        .map(MatchResult::group)
                        .toList();
                assertThat(written).as(event).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SandboxKind.class,
            names = {"PROCESS", "NAMESPACES"})
    void startsTheFunctionsWrapperWithTheRuntimesCommand(SandboxKind kind) throws Exception {
        try (var host = new TestWorker(kind, directory)) {
            var layer = List.of(host.code(Map.of("wrap", WRAPPER)));
            var python = function(host, PYTHONS, "f.py", PYTHON_WRAPPED);
            var node = function(host, NODES, "f.js", NODE_WRAPPED);

            assertThat(wrapped(host, python, layer, "/opt/wrap").call("[]"))
                    .isEqualTo("\"" + python.runtime() + ", \"");
            assertThat(wrapped(host, node, layer, "/opt/wrap").call("[]")).isEqualTo("\"node, \"");
            assertThat(wrapped(host, python, List.of(), "").call("[]")).isEqualTo("null");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SandboxKind.class,
            names = {"PROCESS", "NAMESPACES"})
    void saysWhatIsWrongWithAWrapper(SandboxKind kind) throws Exception {
        try (var host = new TestWorker(kind, directory)) {
            var python = function(host, PYTHONS, "f.py", PYTHON_WRAPPED);
            var plain =
                    List.of(host.packaged(new TestZip().file("wrap", WRAPPER).build()));

            assertThat(wrapped(host, python, plain, "/opt/none").call("[]"))
                    .contains("\"Runtime.ExitError\"", "exit status 127");
            assertThat(wrapped(host, python, plain, "/opt/wrap").call("[]"))
                    .contains("\"Runtime.ExitError\"", "exit status 126");
            Await.until(() -> host.log(python.logGroup()).size() >= 12);
            assertThat(host.log(python.logGroup()))
                    .extracting(LogEvent::message)
                    .anyMatch(line -> line.endsWith("/none: does not exist\n"))
                    .anyMatch(line -> line.endsWith("/wrap: is not an executable\n"));
        }
    }

    @Test
    void hasTheFilesAndLimitsThatProgramsFindOnAws() throws Exception {
        try (var host = new TestWorker(SandboxKind.NAMESPACES, directory)) {
            var layer = List.of(host.code(Map.of(
                    "entrypoint", "#!/bin/sh\nexec /lambda-entrypoint.sh \"$_HANDLER\"\n",
                    "bootstrap-of-runtime", "#!/bin/sh\nexec /var/runtime/bootstrap\n")));
            var python = function(host, PYTHONS, "f.py", """
                    import resource
                    def handler(event, context):
                        limits = [getattr(resource, "RLIMIT_" + name) for name in event]
                        return [resource.getrlimit(limit)[0] for limit in limits]
                    """);
            var node = function(host, NODES, "f.js", "exports.handler = async () => process.cwd();");
            var limits = "[\"NOFILE\", \"NPROC\", \"STACK\", \"MEMLOCK\"]";

            for (var wrapper : List.of("/opt/entrypoint", "/opt/bootstrap-of-runtime")) {
                assertThat(wrapped(host, python, layer, wrapper).call(limits))
                        .isEqualTo("[1024, 1024, 8388608, 65536]");
                assertThat(wrapped(host, node, layer, wrapper).call("[]")).isEqualTo("\"/var/task\"");
            }
        }
    }

    private static TestEnvironment wrapped(
            TestWorker host, FunctionVersion function, List<CodeDigest> layers, String wrapper) throws Exception {
        var variables = Map.of("AWS_LAMBDA_EXEC_WRAPPER", wrapper);
        return host.start(host.function(
                        "guest", function.runtime(), function.handler(), function.code(), layers, variables))
                .await("ready");
    }

    @ParameterizedTest
    @EnumSource(value = SandboxKind.class, mode = EnumSource.Mode.EXCLUDE, names = "MICROVM") // conformance/MicrovmTest
    void reportsNoLessMemoryThanTheFunctionSees(SandboxKind kind) throws Exception {
        assumeTrue(kind != SandboxKind.BUBBLEWRAP || Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
        try (var host = new TestWorker(kind, directory)) {
            for (var function : List.of(
                    function(host, PYTHONS, "f.py", PYTHON_MEMORY), function(host, NODES, "f.js", NODE_MEMORY))) {
                var environment = host.start(function).await("ready");
                for (int mebibytes : List.of(0, 20, 0, 40)) {
                    var answered = (Answered)
                            environment.invoke(TestEnvironment.invocation(Integer.toString(mebibytes), true));

                    var seen = Long.parseLong(new String(answered.payload(), StandardCharsets.UTF_8));
                    var report = Pattern.compile("Max Memory Used: (\\d+) MB")
                            .matcher(new String(Objects.requireNonNull(answered.logTail()), StandardCharsets.UTF_8));
                    assertThat(report.find()).isTrue();
                    assertThat(Long.parseLong(report.group(1)))
                            .as("%s with %d MiB more", function.runtime(), mebibytes)
                            .isBetween(Math.ceilDiv(seen, 1024), seen / 1024 + 30);
                }
            }
        }
    }

    @Test
    void runsNode() throws Exception {
        try (var host = new TestWorker(SandboxKind.PROCESS, directory)) {
            check(host, function(host, NODES, "f.js", NODE), "TypeError");
        }
    }

    @Test
    void runsPythonInNamespaces() throws Exception {
        try (var host = new TestWorker(SandboxKind.NAMESPACES, directory)) {
            check(host, function(host, PYTHONS, "f.py", PYTHON), "ValueError");
        }
    }

    @Test
    void runsNodeInNamespaces() throws Exception {
        try (var host = new TestWorker(SandboxKind.NAMESPACES, directory)) {
            check(host, function(host, NODES, "f.js", NODE), "TypeError");
        }
    }
}
