package hearth.conformance;

import static hearth.conformance.TestServer.invoke;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/// Every managed runtime that this host has, and `provided.*`, run a function each.
class RuntimesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"})
    void runsPython(String runtime) {
        InstalledRuntimes.assume(runtime);
        var function = TestServer.create(
                runtime,
                "pkg/app.handler",
                Zips.of(
                        "pkg/app.py",
                        "import os, sys, json\ndef handler(event, context):\n"
                                + "    return [event, '%d.%d' % sys.version_info[:2], os.environ['AWS_EXECUTION_ENV'],"
                                + " context.memory_limit_in_mb, os.getcwd()]\n"),
                10);

        assertThat(invoke(function, "{\"a\": 1}").payload().asUtf8String())
                .isEqualTo("[{\"a\": 1}, \"" + runtime.substring("python".length()) + "\", \"AWS_Lambda_" + runtime
                        + "\", \"256\", \"/var/task\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodejs16.x", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "nodejs26.x"})
    void runsNode(String runtime) {
        InstalledRuntimes.assume(runtime);
        var commonJs = TestServer.create(
                runtime,
                "index.handler",
                Zips.of("index.js", "exports.handler = async (event) => [event, process.version.split('.')[0]];"),
                10);
        var module = TestServer.create(
                runtime,
                "lib/app.nested.handler",
                Zips.of(
                        "lib/app.mjs",
                        "const v = await Promise.resolve(7);\nexport const nested = {handler: async () => v};"),
                10);

        var version = "v" + runtime.replaceAll("\\D", "");
        assertThat(invoke(commonJs, "{\"a\":1}").payload().asUtf8String()).isEqualTo("[{\"a\":1},\"" + version + "\"]");
        assertThat(invoke(module, "{}").payload().asUtf8String()).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java8.al2",
                "java8.al2023",
                "java11",
                "java11.al2023",
                "java17",
                "java17.al2023",
                "java21",
                "java25"
            })
    void runsJava(String runtime) throws IOException {
        InstalledRuntimes.assume(runtime);
        var jar = compile(
                "Greeter",
                "import java.util.Map;\npublic class Greeter {\n"
                        + "  public String greet(Map<String, String> event) {\n"
                        + "    return \"Hello \" + event.get(\"name\") + \" from \""
                        + " + System.getProperty(\"java.specification.version\");\n  }\n}\n");
        var function = TestServer.create(runtime, "Greeter::greet", jar, 60, 512);

        assertThat(invoke(function, "{\"name\":\"Ada\"}").payload().asUtf8String())
                .isEqualTo("\"Hello Ada from "
                        + runtime.replaceAll("java|\\.al.*", "").replaceFirst("^8$", "1.8") + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"})
    void runsRuby(String runtime) {
        InstalledRuntimes.assume(runtime);
        var function = TestServer.create(
                runtime,
                "app.App::Handler.call",
                Zips.of(
                        "app.rb",
                        "require 'json'\nmodule App\n  class Handler\n    def self.call(event:, context:)\n"
                                + "      raise 'no' if event['fail']\n"
                                + "      [event, RUBY_VERSION[0, 3], Dir.pwd, ENV['AWS_EXECUTION_ENV'], 'ü'.length]\n"
                                + "    end\n  end\nend\n"),
                10);

        assertThat(invoke(function, "{\"a\":1}").payload().asUtf8String())
                .isEqualTo("[{\"a\":1},\"" + runtime.substring("ruby".length()) + "\",\"/var/task\",\"AWS_Lambda_"
                        + runtime + "\",1]");
        var failed = invoke(function, "{\"fail\":true}");
        assertThat(failed.functionError()).isEqualTo("Unhandled");
        assertThat(failed.payload().asUtf8String())
                .startsWith("{\"errorMessage\":\"no\",\"errorType\":\"Function<RuntimeError>\",\"stackTrace\":"
                        + "[\"/var/task/app.rb:5:in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"provided.al2", "provided.al2023"})
    void runsTheFunctionsOwnBootstrap(String runtime) {
        var bootstrap = """
                #!/usr/bin/bash
                # A runtime in a dozen lines: HTTP by bash's own sockets.
                host=${AWS_LAMBDA_RUNTIME_API%:*} port=${AWS_LAMBDA_RUNTIME_API#*:}
                while true; do
                  exec 3<>/dev/tcp/$host/$port
                  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3
                  length=0
                  while IFS= read -r -u 3 line; do
                    line=${line%$'\\r'}; [ -z "$line" ] && break
                    case "${line,,}" in
                      lambda-runtime-aws-request-id:*) id=${line#*: } ;;
                      content-length:*) length=${line#*: } ;;
                    esac
                  done
                  LC_ALL=C IFS= read -r -N "$length" -u 3 event; exec 3>&-
                  answer="{\\"handler\\":\\"$_HANDLER\\",\\"event\\":$event}"
                  exec 3<>/dev/tcp/$host/$port
                  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$id" "${#answer}" "$answer" >&3
                  cat <&3 >/dev/null; exec 3>&-
                done
                """;
        var function = TestServer.create(runtime, "my.handler", Zips.of("bootstrap", bootstrap), 60);

        // java.util.zip writes no unix modes: as on AWS, such a bootstrap is not executable unless its zip says so.
        assertThat(invoke(function, "{}").functionError()).isEqualTo("Unhandled");

        var executable = TestServer.create(runtime, "my.handler", Zips.executable("bootstrap", bootstrap), 60);
        assertThat(invoke(executable, "{\"n\":1}").payload().asUtf8String())
                .isEqualTo("{\"handler\":\"my.handler\",\"event\":{\"n\":1}}");
    }

    @Test
    void namesWhatToInstallForARuntimeThatTheHostLacks() {
        var missing = List.of("nodejs24.x", "nodejs22.x", "ruby3.4", "python3.15").stream()
                .filter(runtime -> !InstalledRuntimes.has(runtime))
                .findFirst()
                .orElseThrow();
        var function = TestServer.create(missing, "index.handler", Zips.of("index.js", ""), 3);

        assertThatThrownBy(() -> invoke(function, "{}"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining(missing)
                .hasMessageContaining("./hearth runtimes install " + missing);
        assertThat(TestServer.server().output())
                .as("the server's log, since the function was created")
                .contains("The function " + function + " cannot be invoked. This host has no " + missing);
    }

    @Test
    void saysHowToPublishADotnetFunction() {
        var function = TestServer.create("dotnet8", "A::B::C", Zips.of("a.dll", ""), 3);

        assertThatThrownBy(() -> invoke(function, "{}"))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("docs/dotnet.md");
    }

    private SdkBytes compile(String className, String source) throws IOException {
        var file = Files.writeString(folder.resolve(className + ".java"), source);
        var status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "--release", "8", "-Xlint:-options", "-d", folder.toString(), file.toString());
        assertThat(status).isZero();
        var classes = new TreeMap<String, byte[]>(
                Map.of(className + ".class", Files.readAllBytes(folder.resolve(className + ".class"))));
        classes.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n".getBytes(StandardCharsets.UTF_8));
        return Zips.of(classes);
    }
}
