package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionVersion;
import hearth.model.worker.WorkerCommand;
import hearth.worker.linux.Descriptors;
import hearth.worker.pool.PoolConfig;
import hearth.worker.sandbox.SandboxKind;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Functions that take a runtime which was booted before they were known.
final class PooledRuntimesTest {
    private static final List<String> PYTHONS = List.of("python3.12", "python3.11", "python3.13", "python3.10");
    private static final String PYTHON = """
            import os
            def handler(event, context):
                if event == "exit":
                    os._exit(7)
                if event == "keep":
                    open("/tmp/kept", "w").close()
                return [context.function_name, os.getcwd(), os.environ["GREETING"], os.environ["AWS_LAMBDA_FUNCTION_NAME"],
                    sorted(os.listdir("/tmp")), sorted(name for name in os.environ if name.startswith("_HEARTH"))]
            """;
    private static final String NODE = """
            const fs = require("fs");
            exports.handler = async (event, context) => [context.functionName, process.cwd(), process.env.GREETING,
                process.env.AWS_LAMBDA_FUNCTION_NAME, fs.readdirSync("/tmp"),
                Object.keys(process.env).filter(name => name.startsWith("_HEARTH"))];
            """;
    private static final String JAVA = """
            import java.util.List;
            import java.util.Map;
            public class Greeter {
                public List<Object> greet(String event) throws Exception {
                    var child = new ProcessBuilder("/bin/sh", "-c", "pwd; echo $GREETING").start();
                    var told = new String(child.getInputStream().readAllBytes()).strip().split("\\n");
                    return List.of(System.getenv("AWS_LAMBDA_FUNCTION_NAME"), told[0], told[1],
                        System.getenv().get("AWS_LAMBDA_FUNCTION_NAME"), new java.io.File("/tmp").list(
                            (folder, name) -> !name.startsWith("hsperfdata")),
                        System.getenv().keySet().stream().filter(name -> name.startsWith("_HEARTH")).toList());
                }
            }
            """;
    private static final String OWN_SERIALIZER = """
            import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
            import java.io.InputStream;
            import java.io.IOException;
            import java.io.OutputStream;
            import java.lang.reflect.Type;
            import java.util.Map;
            public class Own implements CustomPojoSerializer {
                public Map<String, Object> handle(Map<String, Object> event) {
                    return event;
                }
                @SuppressWarnings("unchecked")
                public <T> T fromJson(InputStream input, Type type) {
                    return (T) Map.of();
                }
                public <T> T fromJson(String input, Type type) {
                    return fromJson((InputStream) null, type);
                }
                public <T> void toJson(T value, OutputStream output, Type type) {
                    try {
                        output.write("7".getBytes());
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            """;

    @TempDir
    Path directory;

    private TestWorker host;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isDirectory(TestWorker.GUEST), "needs the guest module's build");
        host = new TestWorker(SandboxKind.NAMESPACES, directory, new PoolConfig(Bytes.mebibytes(512), PoolConfig.KEEP));
    }

    @AfterEach
    void end() {
        if (host != null) {
            host.close();
        }
    }

    private FunctionVersion function(
            List<String> runtimes, String name, String handler, CodeDigest code, Map<String, String> variables) {
        var runtime = runtimes.stream()
                .filter(id -> host.runtimes.find(id).isPresent())
                .findFirst();
        assumeTrue(runtime.isPresent(), "needs one of " + runtimes);
        return host.function(name, runtime.get(), handler, code, variables);
    }

    private FunctionVersion python(String name, Map<String, String> variables) throws Exception {
        return function(PYTHONS, name, "f.handler", host.code(Map.of("f.py", PYTHON)), variables);
    }

    private void awaitReady(FunctionVersion function, int count) {
        host.worker.send(new WorkerCommand.Expect(function));
        var deadline = System.nanoTime() + TestWorker.PATIENCE.toNanos();
        while (host.worker.booted(function) != count) {
            assertThat(System.nanoTime()).as("booted in time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private String firstAnswer(FunctionVersion function) throws Exception {
        return host.start(function).await("ready").call("\"event\"").replace(" ", "");
    }

    private static String greeted(String name, String greeting) {
        return "[\"%1$s\",\"/var/task\",\"%2$s\",\"%1$s\",[],[]]".formatted(name, greeting);
    }

    @Test
    void givesPythonFunctionsARuntimeThatIsUp() throws Exception {
        var function = python("greets", Map.of("GREETING", "a=b"));
        awaitReady(function, 1);
        var before = host.sandboxes.created();

        assertThat(firstAnswer(function)).isEqualTo(greeted("greets", "a=b"));

        // The environment took the sandbox that was there; the pool may have made one more since.
        assertThat(host.sandboxes.created())
                .startsWith(before.toArray(String[]::new))
                .allMatch(name -> name.startsWith("pool-"));
    }

    /// In machines, functions of one account have copies of a Python that is up: what draws random numbers comes later.
    @Test
    void aPythonThatIsUpHasNoGeneratorsYet() throws Exception {
        var code = """
                import sys
                drawing = {"random", "_random", "ssl", "_ssl", "_hashlib", "hashlib", "uuid", "secrets", "tempfile"}
                seen = sorted(drawing & set(sys.modules))
                def handler(event, context):
                    return seen
                """;
        for (var runtime : PYTHONS) {
            if (host.runtimes.find(runtime).isPresent()) {
                var digest = host.code(Map.of("f.py", code));
                var function = function(List.of(runtime), "draws" + runtime, "f.handler", digest, Map.of());
                awaitReady(function, 1);

                assertThat(firstAnswer(function)).as(runtime).isEqualTo("[]");
            }
        }
    }

    @Test
    void givesNodeFunctionsARuntimeThatIsUp() throws Exception {
        var code = host.code(Map.of("f.js", NODE));
        var function =
                function(List.of("nodejs20.x", "nodejs22.x"), "greets", "f.handler", code, Map.of("GREETING", "é"));
        awaitReady(function, 1);

        assertThat(firstAnswer(function)).isEqualTo(greeted("greets", "é"));
    }

    @Test
    void givesJavaFunctionsARuntimeThatIsUp() throws Exception {
        for (var runtime : List.of("java17", "java21", "java25")) {
            if (host.runtimes.find(runtime).isPresent()) {
                var function = function(
                        List.of(runtime), "greets" + runtime, "Greeter::greet", java(), Map.of("GREETING", "hello"));
                awaitReady(function, 1);

                assertThat(firstAnswer(function)).isEqualTo(greeted("greets" + runtime, "hello"));
            }
        }
    }

    /// What a JVM of the pool learned about the handler's types before it had a function is not for the function to
    /// see.
    @Test
    void leavesJavaFunctionsTheirOwnSerializers() throws Exception {
        var service = "META-INF/services/com.amazonaws.services.lambda.runtime.CustomPojoSerializer";
        for (var runtime : List.of("java17", "java21", "java25")) {
            if (host.runtimes.find(runtime).isPresent()) {
                var code = java("Own", OWN_SERIALIZER, Map.of(service, "Own".getBytes(StandardCharsets.UTF_8)));
                var function = function(List.of(runtime), "own" + runtime, "Own::handle", code, Map.of());
                awaitReady(function, 1);

                assertThat(firstAnswer(function)).isEqualTo("7");
            }
        }
    }

    private static final String ABROAD = "grüß€😀";

    private static final String UMLAUTS = """
            import java.io.*;
            import java.nio.charset.*;
            import java.nio.file.*;
            import java.util.*;
            public class Umlauts {
                public List<Object> check(String event) throws Exception {
                    if (event.equals("exit")) System.exit(3);
                    File file = new File("/tmp/io-" + event);
                    try (Writer writer = new FileWriter(file)) {
                        writer.write(event);
                    }
                    Path path = Files.write(Path.of("/tmp/nio-" + event), event.getBytes());
                    ProcessBuilder child = new ProcessBuilder("/usr/bin/printf", "%s", event);
                    String echoed = new String(child.start().getInputStream().readAllBytes(), "UTF-8");
                    child = new ProcessBuilder("/bin/sh", "-c", "printf %s $GREETING");
                    String inherited = new String(child.start().getInputStream().readAllBytes(), "UTF-8");
                    return List.of(Charset.defaultCharset().name(), System.getenv("GREETING"), echoed, inherited,
                        new String(Files.readAllBytes(file.toPath()), "UTF-8"), Files.readString(path),
                        Arrays.asList(new File("/tmp").list()).contains("io-" + event),
                        Locale.getDefault().toString());
                }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"java17", "java21", "java25"})
    void speaksUtf8InJavaHoweverTheProcessWasStarted(String runtime) throws Exception {
        assumeTrue(host.runtimes.find(runtime).isPresent(), "needs " + runtime);
        var expected = "[\"UTF-8\",%1$s,%1$s,%1$s,%1$s,%1$s,true,\"en_US\"]".formatted("\"grüß€\\uD83D\\uDE00\"");
        var code = java("Umlauts", UMLAUTS, Map.of());
        var variables = Map.of("GREETING", ABROAD);
        var function = function(List.of(runtime), "abroad", "Umlauts::check", code, variables);
        awaitReady(function, 1);
        var booted = host.start(function).await("ready");
        var layer = List.of(host.code(Map.of("x", "")));
        var layered = host.start(host.function("layered", runtime, "Umlauts::check", code, layer, variables))
                .await("ready");

        assertThat(booted.call('"' + ABROAD + '"')).as("booted ahead").isEqualTo(expected);
        assertThat(booted.call("\"exit\"")).contains("exit status 3");
        assertThat(booted.call('"' + ABROAD + '"')).as("started again").isEqualTo(expected);
        assertThat(layered.call('"' + ABROAD + '"')).as("with a layer").isEqualTo(expected);
    }

    @Test
    void startsTheirOwnInterpreterForFunctionsWithAWrapper() throws Exception {
        var wrapper = "#!/bin/sh\nexport GREETING=wrapped\nexec \"$@\"\n";
        var variables = Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrap");
        var layer = List.of(host.code(Map.of("wrap", wrapper)));
        var python = python("usual", Map.of("GREETING", "x"));
        awaitReady(python, 1);

        var wrapped = host.function("wrapped", python.runtime(), "f.handler", python.code(), layer, variables);
        assertThat(firstAnswer(wrapped)).isEqualTo(greeted("wrapped", "wrapped"));
        var java = function(List.of("java17", "java21", "java25"), "greets", "Greeter::greet", java(), Map.of());
        var wrappedJava = host.function("wrapped", java.runtime(), java.handler(), java.code(), layer, variables);
        assertThat(firstAnswer(wrappedJava)).isEqualTo(greeted("wrapped", "wrapped"));
        assertThat(host.worker.booted(python)).isEqualTo(1);
    }

    private CodeDigest java() throws Exception {
        return java("Greeter", JAVA, Map.of());
    }

    private CodeDigest java(String name, String text, Map<String, byte[]> more) throws Exception {
        var source = Files.writeString(directory.resolve(name + ".java"), text);
        var compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-encoding",
                        "UTF-8",
                        "-cp",
                        javaClient(),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(compiled).isZero();
        var files = new HashMap<>(more);
        files.put(name + ".class", Files.readAllBytes(directory.resolve(name + ".class")));
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            for (var file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
            }
        }
        return host.packaged(zip.toByteArray());
    }

    private static String javaClient() throws IOException {
        try (var jars = Files.list(TestWorker.GUEST.resolve("java"))) {
            return jars.map(Path::toString)
                    .filter(name -> name.endsWith(".jar"))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    @Test
    void neverGivesOneToTwoFunctions() throws Exception {
        var first = python("first", Map.of("GREETING", "one"));
        var second = python("second", Map.of("GREETING", "two"));
        awaitReady(first, 1);

        var environment = host.start(first).await("ready");
        environment.call("\"keep\"");

        assertThat(firstAnswer(second)).isEqualTo(greeted("second", "two"));
        assertThat(environment.call("\"again\"").replace(" ", ""))
                .isEqualTo("[\"first\",\"/var/task\",\"one\",\"first\",[\"kept\"],[]]");
    }

    @Test
    void startsTheFunctionsOwnRuntimeAfterACrashAndKeepsTmp() throws Exception {
        var function = python("crashes", Map.of("GREETING", "hi"));
        awaitReady(function, 1);
        var environment = host.start(function).await("ready");
        environment.call("\"keep\"");

        assertThat(environment.call("\"exit\"")).contains("Runtime.ExitError");

        assertThat(environment.call("\"after\"").replace(" ", ""))
                .isEqualTo("[\"crashes\",\"/var/task\",\"hi\",\"crashes\",[\"kept\"],[]]");
    }

    @Test
    void limitsWhatItWasGiven() throws Exception {
        var hog = "def handler(event, context):\n    return len(bytearray(event << 20))\n";
        var function = TestWorker.withMemory(
                function(PYTHONS, "hog", "f.handler", host.code(Map.of("f.py", hog)), Map.of()), Bytes.mebibytes(128));
        awaitReady(function, 1);
        var environment = host.start(function).await("ready");

        assertThat(environment.call("64")).isEqualTo(Integer.toString(64 << 20));
        assertThat(environment.call("256")).contains("Runtime.ExitError", "signal: killed");
    }

    @Test
    void leavesFunctionsAloneThatChangeHowAnInterpreterStarts() throws Exception {
        var usual = python("usual", Map.of("GREETING", "x"));
        awaitReady(usual, 1);

        assertThat(firstAnswer(python("optimised", Map.of("GREETING", "own", "PYTHONOPTIMIZE", "1"))))
                .isEqualTo(greeted("optimised", "own"));
        assertThat(host.worker.booted(usual)).isEqualTo(1);
        assertThat(host.worker.booted(python("zoned", Map.of("TZ", "Europe/Paris"))))
                .isZero();
    }

    @Test
    void passesOverOneThatDied() throws Exception {
        var function = python("survives", Map.of("GREETING", "still"));
        awaitReady(function, 1);
        var process = host.sandboxes.process("pool-1");

        process.kill();
        assertThat(Descriptors.awaitReadable(process.pidfd(), 20_000)).isTrue();

        assertThat(firstAnswer(function)).isEqualTo(greeted("survives", "still"));
    }

    @Test
    void bootsAnotherForOneThatWasTaken() throws Exception {
        var function = python("again", Map.of("GREETING", "x"));
        awaitReady(function, 1);
        firstAnswer(function);

        awaitReady(function, 1);
    }
}
