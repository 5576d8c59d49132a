package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeftoversTest {
    @TempDir
    Path directory;

    @Test
    void theProcessesOfAKilledServerDieWithItAndTheRestIsCleared() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        crash(SandboxKind.NAMESPACES);

        assertThat(cgroups()).isNotEmpty();
        SandboxRun.await(() -> processes().isEmpty());
        SandboxRun.await(() -> loops().isEmpty());

        new Leftovers(CgroupMounts.ofThisHost(), CrashingServer.config(directory, SandboxKind.NAMESPACES)).clear();

        assertThat(cgroups()).isEmpty();
        assertThat(directory).doesNotExist();
    }

    @Test
    void plainProcessesOfAKilledServerAreKilledByTheNext() throws Exception {
        crash(SandboxKind.PROCESS);
        var pid = Long.parseLong(children(directory.resolve("processes"))
                .getFirst()
                .getFileName()
                .toString());
        assertThat(ProcessHandle.of(pid)).isPresent();

        new Leftovers(CgroupMounts.ofThisHost(), CrashingServer.config(directory, SandboxKind.PROCESS)).clear();

        SandboxRun.await(
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void killsWhatStillRunsInACgroup() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var config = CrashingServer.config(directory, SandboxKind.NAMESPACES);
        var cgroups = new Cgroups(CgroupMounts.ofThisHost(), config.instance().name());
        var cgroup = cgroups.create("left", Bytes.mebibytes(64), 100, 10);
        var sleeper = new ProcessBuilder("sleep", "1000").start();
        for (var entrance : cgroup.entrances()) {
            CgroupFiles.write(entrance, sleeper.pid());
        }
        cgroup.freeze();

        new Leftovers(CgroupMounts.ofThisHost(), config).clear();

        assertThat(sleeper.waitFor()).isEqualTo(137);
        assertThat(cgroups()).isEmpty();
    }

    private void crash(SandboxKind kind) throws Exception {
        var server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        CrashingServer.class.getName(),
                        directory.toString(),
                        kind.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).isEqualTo("up");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private List<Path> cgroups() {
        return Cgroups.parents(CgroupMounts.ofThisHost(), Instance.of(directory).name()).stream()
                .filter(Files::exists)
                .toList();
    }

    private List<String> processes() {
        return cgroups().stream()
                .flatMap(parent -> children(parent).stream())
                .flatMap(cgroup -> lines(cgroup.resolve("cgroup.procs")).stream())
                .toList();
    }

    private List<String> loops() {
        return children(Path.of("/sys/block")).stream()
                .flatMap(block -> lines(block.resolve("loop/backing_file")).stream())
                .filter(file -> file.contains(directory.toString()))
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException none) {
            return List.of();
        }
    }

    private static List<Path> children(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        } catch (IOException none) {
            return List.of();
        }
    }
}
