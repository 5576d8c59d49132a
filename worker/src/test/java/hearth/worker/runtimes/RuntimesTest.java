package hearth.worker.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.RuntimeId;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimesTest {
    /// What looks like a runtime's name within the API's model, and other words.
    private static final Pattern RUNTIME_NAME = Pattern.compile("\"([a-z]+[0-9]*(?:\\.[a-z0-9]+)*)\"");

    private static final Bytes MEMORY = Bytes.mebibytes(512);

    @TempDir
    private Path temporary;

    private FakeHost host;

    @BeforeEach
    void makeHost() throws IOException {
        host = new FakeHost(temporary);
    }

    @Test
    void mountsAPythonFromOutsideUsr() throws Exception {
        host.python("root/.pyenv/versions/3.12.1", "python3.12");

        var runtime = host.runtimes().find("python3.12").orElseThrow();

        assertThat(runtime.version()).isEqualTo("3.12.1");
        assertThat(runtime.mounts())
                .containsExactly(
                        new Mount(host.path("root/.pyenv/versions/3.12.1"), "/var/lang"),
                        new Mount(host.path("hearth/guest/python"), "/var/runtime"));
        assertThat(runtime.command(MEMORY))
                .containsExactly("/var/lang/bin/python3.12", "-S", "-u", "/var/runtime/bootstrap.py");
        assertThat(runtime.environment())
                .containsOnly(entry("LC_CTYPE", "C.UTF-8"), entry("PWD", "/var/task"), entry("SHLVL", "0"));
        assertThat(host.probes).as("the folder's name tells the version").isZero();
    }

    @Test
    void runsAPythonOfUsrWhereItIs() throws Exception {
        host.python("usr", "python3.11", "3.11.2");

        var runtime = host.runtimes("usr/bin").find("python3.11").orElseThrow();

        assertThat(runtime.version()).isEqualTo("3.11.2");
        assertThat(runtime.mounts()).containsExactly(new Mount(host.path("hearth/guest/python"), "/var/runtime"));
        assertThat(runtime.command(MEMORY)).startsWith("/usr/bin/python3.11");
    }

    @Test
    void passesShimsAndTakesWhatTheyStandFor() throws Exception {
        host.script("root/.pyenv/shims/python3.10");
        host.python("root/.pyenv/versions/3.10.2", "python3.10");
        host.python("root/.pyenv/versions/3.10.13", "python3.10");

        var runtime = host.runtimes("root/.pyenv/shims").find("python3.10").orElseThrow();

        assertThat(runtime.version()).as("the newest").isEqualTo("3.10.13");
    }

    @Test
    void prefersTheSearchPath() throws Exception {
        host.python("usr", "python3.12", "3.12.3");
        host.python("root/.pyenv/versions/3.12.9", "python3.12");

        assertThat(host.runtimes("usr/bin").find("python3.12").orElseThrow().version())
                .isEqualTo("3.12.3");
    }

    @Test
    void followsLinksToTheRealInterpreter() throws Exception {
        host.python("opt/python-3.13.0", "python3.13");
        host.link("root/venv/bin/python3.13", "opt/python-3.13.0/bin/python3.13");

        var runtime = host.runtimes("root/venv/bin").find("python3.13").orElseThrow();

        assertThat(runtime.mounts().getFirst()).isEqualTo(new Mount(host.path("opt/python-3.13.0"), "/var/lang"));
    }

    @Test
    void passesPythonsThatFunctionsCannotUse() throws Exception {
        host.program("usr/bin/python3.9");
        host.python("root/.pyenv/versions/3.9.18", "python3.9");
        Files.setPosixFilePermissions(
                host.path("root/.pyenv/versions/3.9.18"), PosixFilePermissions.fromString("rwx------"));

        assertThat(host.runtimes("usr/bin").find("python3.9")).isEmpty();
    }

    @Test
    void choosesANodeByItsMajorVersion() throws Exception {
        host.program("usr/bin/node", "v18.19.0");
        host.program("root/.nvm/versions/node/v20.1.0/bin/node");
        host.program("root/.nvm/versions/node/v20.11.1/bin/node");
        host.program("root/.local/share/fnm/node-versions/v22.3.0/installation/bin/node");
        var runtimes = host.runtimes("usr/bin");

        assertThat(runtimes.find("nodejs18.x").orElseThrow().version()).isEqualTo("18.19.0");
        assertThat(runtimes.find("nodejs20.x").orElseThrow().version()).isEqualTo("20.11.1");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.3.0");
        assertThat(runtimes.find("nodejs24.x")).isEmpty();
    }

    @Test
    void sizesTheHeapOfNodeByTheFunctionsMemory() throws Exception {
        host.program("opt/node-v22.15.0-linux-x64/bin/node");

        var runtime = host.runtimes().find("nodejs22.x").orElseThrow();

        assertThat(runtime.command(Bytes.mebibytes(1000)))
                .containsExactly(
                        "/var/lang/bin/node",
                        "--max-semi-space-size=50",
                        "--max-old-space-size=900",
                        "/var/runtime/bootstrap.cjs");
        assertThat(runtime.environment())
                .containsEntry(
                        "NODE_PATH",
                        "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules"
                                + ":/var/runtime:/var/task");
    }

    @Test
    void opensAnOlderNodeForItsModulesToBeFoundByPath() throws Exception {
        host.program("opt/node-v20.20.2-linux-x64/bin/node");
        host.program("opt/node-v22.14.0-linux-x64/bin/node");
        host.program("opt/node-v24.0.0-linux-x64/bin/node");
        var runtimes = host.runtimes();

        assertThat(runtimes.find("nodejs20.x").orElseThrow().command(MEMORY)).contains("--expose-internals");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().command(MEMORY)).contains("--expose-internals");
        assertThat(runtimes.find("nodejs24.x").orElseThrow().command(MEMORY)).doesNotContain("--expose-internals");
    }

    @Test
    void findsEachJavaByItsReleaseFile() throws Exception {
        host.java("usr/lib/jvm/java-17-openjdk-amd64", "17.0.15");
        host.java("root/.sdkman/candidates/java/21.0.2-tem", "21.0.2");
        host.java("opt/jdk-25", "25");
        host.program("opt/no-jdk/bin/java");
        var runtimes = host.runtimes();

        assertThat(runtimes.find("java17").orElseThrow().command(MEMORY))
                .startsWith("/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "-XX:MaxHeapSize=445644k")
                .endsWith("-cp", "/var/runtime/*", "hearth.guest.JavaRuntime")
                .doesNotContain("--enable-native-access=ALL-UNNAMED");
        assertThat(runtimes.find("java21").orElseThrow().mounts())
                .contains(new Mount(host.path("root/.sdkman/candidates/java/21.0.2-tem"), "/var/lang"));
        assertThat(runtimes.find("java25").orElseThrow().command(MEMORY))
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void findsTheJavaOfTheSearchPathThroughItsLinks() throws Exception {
        host.java("usr/lib/jvm/temurin-21", "21.0.5");
        host.java("usr/lib/jvm/zulu-21", "21.0.1");
        host.link("etc/alternatives/java", "usr/lib/jvm/zulu-21/bin/java");
        host.link("usr/bin/java", "etc/alternatives/java");

        assertThat(host.runtimes("usr/bin").find("java21").orElseThrow().version())
                .isEqualTo("21.0.1");
    }

    @Test
    void alwaysHasTheProvidedRuntimes() {
        var runtime = host.runtimes().find("provided.al2023").orElseThrow();

        assertThat(runtime.entrypoint(MEMORY, Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/w"), "/opt/bootstrap"::equals))
                .isEqualTo(new Entrypoint.Command(List.of("/opt/bootstrap"), false));
        assertThat(runtime.entrypoint(MEMORY, Map.of(), _ -> false))
                .isEqualTo(new Entrypoint.Missing(
                        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"));
        assertThat(runtime.mounts()).isEmpty();
        assertThat(runtime.environment()).isEmpty();
        assertThat(host.runtimes().find("provided.al2")).isPresent();
    }

    @Test
    void seesWhatIsInstalledUpgradedAndRemovedWhileItRuns() throws Exception {
        var runtimes = host.runtimes("usr/bin");
        assertThat(runtimes.find("nodejs22.x")).isEmpty();

        host.program("usr/bin/node", "v22.1.0");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.1.0");
        int probes = host.probes;
        assertThat(runtimes.find("nodejs22.x")).isPresent();
        assertThat(host.probes).as("it is not asked again").isEqualTo(probes);

        host.upgrade("usr/bin/node", "v22.2.0");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.2.0");

        Files.delete(host.path("usr/bin/node"));
        assertThat(runtimes.find("nodejs22.x")).isEmpty();
    }

    @Test
    void saysWhatToDoForOneThatIsMissing() {
        var runtimes = host.runtimes();

        assertThat(runtimes.advice("nodejs22.x"))
                .isEqualTo("This host has no nodejs22.x: ./hearth runtimes install nodejs22.x installs Node.js 22.");
        assertThat(runtimes.advice("python3.14"))
                .isEqualTo("This host has no python3.14: ./hearth runtimes install python3.14 installs Python 3.14.");
        assertThat(runtimes.advice("java17.al2023"))
                .isEqualTo(
                        "This host has no java17.al2023: ./hearth runtimes install java17.al2023 installs a Java 17.");
        assertThat(runtimes.advice("ruby3.4"))
                .isEqualTo("This host has no ruby3.4: ./hearth runtimes install ruby3.4 installs Ruby 3.4.");
        assertThat(runtimes.advice("dotnet8"))
                .isEqualTo("This host has no dotnet8: publish the function self-contained, as the `bootstrap` of"
                        + " provided.al2023 (docs/dotnet.md).");
        assertThat(runtimes.advice("custom")).contains("use provided.al2023");
        assertThat(runtimes.find("dotnet8")).isEmpty();
    }

    @Test
    void knowsEveryRuntimeThatFunctionsMayHave() throws IOException {
        List<String> creatable;
        try (var model = RuntimeId.class.getResourceAsStream("lambda-2015-03-31.json")) {
            creatable = RUNTIME_NAME
                    .matcher(new String(model.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(name -> name.group(1))
                    .distinct()
                    .filter(RuntimesTest::isCreatable)
                    .filter(name -> !name.equals(RuntimeId.CUSTOM))
                    .toList();
        }

        assertThat(creatable).contains("nodejs26.x", "python3.15", "java8.al2", "provided.al2023");
        assertThat(host.runtimes().ids()).containsExactlyInAnyOrderElementsOf(creatable);
    }

    private static boolean isCreatable(String name) {
        try {
            return new RuntimeId(name).value().equals(name);
        } catch (ApiException _) {
            return false;
        }
    }

    @Test
    void prefersWhatHearthHasInstalledAndSeesItAtOnce() throws Exception {
        host.program("usr/bin/node", "v22.1.0");
        var runtimes = host.runtimes("usr/bin");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.1.0");

        host.install("nodejs22.x/22.0.5/bin/node");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.0.5");

        host.install("nodejs22.x/22.10.0/bin/node");
        var newest = runtimes.find("nodejs22.x").orElseThrow();
        assertThat(newest.version()).isEqualTo("22.10.0");
        assertThat(newest.mounts()).contains(new Mount(host.path("data/runtimes/nodejs22.x/22.10.0"), "/var/lang"));

        host.uninstall("nodejs22.x");
        assertThat(runtimes.find("nodejs22.x").orElseThrow().version()).isEqualTo("22.1.0");
    }

    @Test
    void mountsTheNewestSdkThatWorksWithTheLanguage() throws Exception {
        host.program("root/.nvm/versions/node/v18.20.0/bin/node");
        host.program("root/.nvm/versions/node/v22.3.0/bin/node");
        var runtimes = host.runtimes();
        assertThat(runtimes.find("nodejs22.x").orElseThrow().mounts())
                .extracting(Mount::inside)
                .containsExactly("/var/lang", "/var/runtime");

        host.sdk("aws-sdk-js/3.967.0", "node_modules", "18");
        host.sdk("aws-sdk-js/3.1175.0", "node_modules", "20");
        host.sdk("aws-sdk-js/3.1175.0-2", "node_modules", "20");

        var node22 = runtimes.find("nodejs22.x").orElseThrow();
        assertThat(node22.mounts())
                .as("below the runtime's own folder, and behind it")
                .endsWith(
                        new Mount(host.path("hearth/guest/node"), "/var/runtime"),
                        new Mount(
                                host.path("data/runtimes/aws-sdk-js/3.1175.0-2/node_modules"),
                                "/var/runtime/node_modules"));
        assertThat(node22.sdk()).contains("aws-sdk-js 3.1175.0");
        assertThat(runtimes.find("nodejs18.x").orElseThrow().sdk()).contains("aws-sdk-js 3.967.0");
    }

    @Test
    void tellsPythonWhereTheSharedSdkIs() throws Exception {
        host.python("root/.pyenv/versions/3.9.18", "python3.9");
        host.python("root/.pyenv/versions/3.12.1", "python3.12");
        host.sdk("boto3/1.43.11", "site-packages", "3.10");
        var runtimes = host.runtimes();

        var python = runtimes.find("python3.12").orElseThrow();

        assertThat(python.mounts())
                .endsWith(new Mount(host.path("data/runtimes/boto3/1.43.11/site-packages"), "/var/runtime/sdk"));
        assertThat(python.command(MEMORY))
                .containsExactly(
                        "/var/lang/bin/python3.12",
                        "-S",
                        "-u",
                        "-X",
                        "hearth_sdk=/var/runtime/sdk",
                        "/var/runtime/bootstrap.py");
        assertThat(runtimes.find("python3.9").orElseThrow().sdk())
                .as("too new for it")
                .isEmpty();
        assertThat(runtimes.find("python3.9").orElseThrow().command(MEMORY))
                .containsExactly("/var/lang/bin/python3.9", "-S", "-u", "/var/runtime/bootstrap.py");
    }

    @Test
    void showsTheSdkThatAnInterpreterHasItself() throws Exception {
        host.python("root/.pyenv/versions/3.12.1", "python3.12");
        Files.createDirectories(
                host.path("root/.pyenv/versions/3.12.1/lib/python3.12/site-packages/boto3-1.40.2.dist-info"));

        assertThat(host.runtimes().find("python3.12").orElseThrow().sdk()).contains("boto3 1.40.2 of its own");
    }

    @Test
    void givesOldJavasNoOptionsThatTheyDoNotKnow() throws Exception {
        host.java("root/.sdkman/candidates/java/8.0.402-tem", "1.8.0_402");
        host.java("usr/lib/jvm/java-11-openjdk-amd64", "11.0.24");
        var runtimes = host.runtimes();

        for (var id : List.of("java8.al2", "java8.al2023")) {
            assertThat(runtimes.find(id).orElseThrow().command(MEMORY))
                    .contains("-XX:+IgnoreUnrecognizedVMOptions")
                    .noneMatch(word -> word.startsWith("--"));
        }
        assertThat(runtimes.find("java11.al2023").orElseThrow().command(MEMORY))
                .contains("--add-opens=java.base/java.lang=ALL-UNNAMED", "-XX:+IgnoreUnrecognizedVMOptions")
                .doesNotContain("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void findsJava8InItsJreWithoutAReleaseFile() throws Exception {
        host.program("usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java");
        host.link("usr/lib/jvm/java-8-openjdk-amd64/bin/java", "usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java");

        assertThat(host.runtimes()
                        .find("java8.al2")
                        .orElseThrow()
                        .command(MEMORY)
                        .getFirst())
                .isEqualTo("/usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java");
    }

    @Test
    void tellsARubyFromElsewhereWhereItsLibraryIs() throws Exception {
        host.program("root/.rbenv/versions/3.3.8/bin/ruby");
        host.program("root/.rbenv/versions/3.3.8/lib/ruby/3.3.0/x86_64-linux/rbconfig.rb");
        host.program("usr/bin/ruby3.4", "ruby 3.4.1 (2024-12-25 revision 48d4efcb85)");
        var runtimes = host.runtimes("usr/bin");

        assertThat(runtimes.find("ruby3.3").orElseThrow().command(MEMORY))
                .containsExactly(
                        "/var/lang/bin/ruby",
                        "-I/var/lang/lib/ruby/3.3.0",
                        "-I/var/lang/lib/ruby/3.3.0/x86_64-linux",
                        "-EUTF-8",
                        "/var/runtime/bootstrap.rb");
        assertThat(runtimes.find("ruby3.3").orElseThrow().environment())
                .containsOnly(
                        entry("GEM_PATH", "/var/task/vendor/bundle/ruby/3.3.0:/opt/ruby/gems/3.3.0"),
                        entry("RUBYLIB", "/var/task:/var/runtime/lib:/opt/ruby/lib"));
        assertThat(runtimes.find("ruby3.4").orElseThrow().command(MEMORY))
                .containsExactly("/usr/bin/ruby3.4", "-EUTF-8", "/var/runtime/bootstrap.rb");
    }

    @Test
    void listsEveryRuntimeWithWhereItIsOrWhatToDo() throws Exception {
        host.python("root/.pyenv/versions/3.12.1", "python3.12");

        var table = host.runtimes().table();

        assertThat(table).extracting(Runtimes.Row::id).isEqualTo(host.runtimes().ids());
        assertThat(table)
                .contains(
                        new Runtimes.Row(
                                "python3.12",
                                true,
                                "3.12.1",
                                host.path("root/.pyenv/versions/3.12.1/bin/python3.12")
                                        .toString(),
                                ""),
                        new Runtimes.Row(
                                "java21", false, "", "./hearth runtimes install java21 installs a Java 21", ""));
    }
}
