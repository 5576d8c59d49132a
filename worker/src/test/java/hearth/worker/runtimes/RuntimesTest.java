package hearth.worker.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import hearth.model.Bytes;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimesTest {
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
    void saysWhatToInstall() {
        var runtimes = host.runtimes();

        assertThat(runtimes.advice("nodejs22.x"))
                .isEqualTo("This host has no nodejs22.x: install Node.js 22 (for example with nvm: nvm install 22).");
        assertThat(runtimes.advice("python3.14"))
                .isEqualTo("This host has no python3.14: install Python 3.14"
                        + " (for example with pyenv: pyenv install 3.14).");
        assertThat(runtimes.advice("java21"))
                .isEqualTo("This host has no java21: install a Java 21"
                        + " (for example with sdkman, or openjdk-21-jre-headless).");
        assertThat(runtimes.advice("ruby3.4"))
                .isEqualTo("Hearth does not bring ruby3.4: use provided.al2023 with a bootstrap of your own.");
        assertThat(runtimes.find("ruby3.4")).isEmpty();
    }

    @Test
    void listsEveryRuntimeWithWhereItIsOrWhatToInstall() throws Exception {
        host.python("root/.pyenv/versions/3.12.1", "python3.12");

        var table = host.runtimes().table();

        assertThat(table)
                .extracting(Runtimes.Row::id)
                .containsExactly(
                        "python3.8",
                        "python3.9",
                        "python3.10",
                        "python3.11",
                        "python3.12",
                        "python3.13",
                        "python3.14",
                        "nodejs18.x",
                        "nodejs20.x",
                        "nodejs22.x",
                        "nodejs24.x",
                        "java17",
                        "java21",
                        "java25",
                        "provided.al2",
                        "provided.al2023");
        assertThat(table)
                .contains(
                        new Runtimes.Row(
                                "python3.12",
                                true,
                                "3.12.1",
                                host.path("root/.pyenv/versions/3.12.1/bin/python3.12")
                                        .toString()),
                        new Runtimes.Row(
                                "java21",
                                false,
                                "",
                                "install a Java 21 (for example with sdkman, or openjdk-21-jre-headless)"));
    }
}
