package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class LeftoversTest {
    @TempDir
    Path parent;

    private Path directory;
    private Path another;

    @BeforeEach
    void makeDirectories() throws IOException {
        directory = Files.createDirectory(parent.resolve("of-the-killed"));
        another = parent.resolve("of-another");
    }

    @Test
    void theProcessesOfAKilledServerDieWithItAndTheRestIsClearedByAnyOther() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        try (var server = serve(SandboxKind.NAMESPACES)) {
            assertThat(cgroups()).isNotEmpty();
            server.kill();
        }
        SandboxRun.await(() -> processes().isEmpty());
        SandboxRun.await(() -> loops().isEmpty());

        Leftovers.clear(another);

        awaitNothing();
    }

    @Test
    void plainProcessesOfAKilledServerAreKilledByAnyOther() throws Exception {
        long pid;
        try (var server = serve(SandboxKind.PROCESS)) {
            pid = Long.parseLong(children(directory.resolve("processes"))
                    .getFirst()
                    .getFileName()
                    .toString());
            assertThat(ProcessHandle.of(pid)).isPresent();
            server.kill();
        }

        Leftovers.clear(another);

        SandboxRun.await(
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        awaitNothing();
    }

    @Test
    void killsWhatStillRunsInACgroup() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var config = CrashingServer.config(directory, SandboxKind.NAMESPACES);
        var sleeper = new ProcessBuilder("sleep", "1000").start();
        try (var _ = LifeSign.give(Instance.shared(), config.instance(), config.directory())) {
            var cgroups =
                    new Cgroups(CgroupMounts.ofThisHost(), config.instance().name());
            var cgroup = cgroups.create("left", Bytes.mebibytes(64), 100, 10);
            for (var entrance : cgroup.entrances()) {
                CgroupFiles.write(entrance, sleeper.pid());
            }
            cgroup.freeze();
        }

        Leftovers.clear(another);

        assertThat(sleeper.waitFor()).isEqualTo(137);
        awaitNothing();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MICROVM") // conformance/MicrovmTest
    void nothingOfALivingServerIsTouched(SandboxKind kind) throws Exception {
        if (kind != SandboxKind.PROCESS) {
            SandboxRun.assumeRootAndLauncher();
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
        }
        try (var server = serve(kind)) {
            var cgroups = cgroups();

            Leftovers.clear(another);

            assertThat(Leftovers.find())
                    .noneMatch(each -> each.contains(Instance.of(directory).name()));
            assertThat(cgroups()).isEqualTo(cgroups);
            assertThat(directory).exists();
            assertThat(server.answers()).isTrue();
        }
    }

    /// As a server from before there were signs of life leaves it.
    @Test
    void whatHasNoSignIsFoundUnlessSomethingLivesInItAndNoStartTouchesIt() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var instance = Instance.of(directory);
        var cgroups = new Cgroups(CgroupMounts.ofThisHost(), instance.name());
        var cgroup = cgroups.create("left", Bytes.mebibytes(64), 100, 10);
        var sleeper = new ProcessBuilder("sleep", "1000").start();
        try {
            for (var entrance : cgroup.entrances()) {
                CgroupFiles.write(entrance, sleeper.pid());
            }
            assertThat(unsigned(instance)).isEmpty();
        } finally {
            sleeper.destroyForcibly().waitFor();
        }
        Leftovers.clear(another);
        assertThat(cgroups()).isNotEmpty();

        assertThat(Leftovers.find()).anyMatch(each -> each.contains("hearth-" + instance.name()));
        assertThat(unsigned(instance)).hasSize(1).allMatch(Remains::clear);

        assertThat(cgroups()).isEmpty();
    }

    /// A server from before there were signs holds a range of user ids.
    @Test
    void whatHasNoSignIsNobodysOnlyIfItsRangeOfUserIdsIsFree() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var instance = Instance.of(directory);
        try (var _ = new Cgroups(CgroupMounts.ofThisHost(), instance.name())) {
            try (var uids = UidRange.claim(Instance.shared(), instance.name())) {
                assertThat(unsigned(instance)).isEmpty();
                uids.forget();
            }

            assertThat(unsigned(instance)).hasSize(1);
        }
    }

    @Test
    void knowsItsOwnNames() {
        assertThat(Leftovers.instance("hearth-0123abcd")).contains("0123abcd");
        assertThat(Leftovers.instance("hth0123abcd1z")).contains("0123abcd");
        assertThat(Leftovers.instance("hearth_0123abcd")).contains("0123abcd");
        assertThat(Leftovers.instance("hearth-host")).isEmpty();
        assertThat(Leftovers.instance("home")).isEmpty();
    }

    /// Functions behind bubblewrap run as the server's own user, who is not root.
    @Test
    void deletesWhatAFunctionMadeUnreadable() throws Exception {
        var deep = Files.createDirectories(directory.resolve("tmp/a/b"));
        Files.writeString(deep.resolve("file"), "x");
        Files.setPosixFilePermissions(deep, Set.of());
        Files.setPosixFilePermissions(deep.getParent(), Set.of());

        Leftovers.deleteTree(directory);

        assertThat(directory).doesNotExist();
    }

    /// A server that another test starts at the same time may be the one that clears up.
    private void awaitNothing() {
        SandboxRun.await(() -> cgroups().isEmpty() && Files.notExists(directory) && !isSigned());
    }

    private boolean isSigned() {
        try {
            return LifeSign.isThere(Instance.shared(), Instance.of(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Remains> unsigned(Instance instance) throws IOException {
        return Leftovers.unsigned(Instance.shared()).stream()
                .filter(remains -> remains.instance().equals(instance))
                .toList();
    }

    private LivingServer serve(SandboxKind kind) throws IOException {
        return new LivingServer(directory, kind);
    }

    /// A server in a process of its own.
    private record LivingServer(Process process, BufferedReader output) implements AutoCloseable {
        LivingServer(Path directory, SandboxKind kind) throws IOException {
            this(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            CrashingServer.class.getName(),
                            directory.toString(),
                            kind.name())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            assertThat(answers()).isTrue();
        }

        private LivingServer(Process process) {
            this(process, process.inputReader(StandardCharsets.UTF_8));
        }

        /// Whether the process in its sandbox still says something.
        boolean answers() throws IOException {
            process.outputWriter().append('?').flush();
            return "up".equals(output.readLine());
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }

        /// Lets it end by itself.
        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit()
                    .orTimeout(SandboxRun.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .join();
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
