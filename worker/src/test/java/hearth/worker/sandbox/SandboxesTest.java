package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.shell;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SandboxesTest {
    @TempDir
    Path directory;

    @Test
    void choosesNamespacesWhereTheyWork() throws Exception {
        SandboxRun.assumeRootAndLauncher();

        var choice = Sandboxes.choose(config(Optional.empty()));

        try (var factory = choice.factory()) {
            assertThat(factory.kind()).isEqualTo(SandboxKind.NAMESPACES);
            assertThat(choice.refusals()).isEmpty();
        }
    }

    @Test
    void doesNotTryAgainWhatHasWorkedUnderTheSameCircumstances() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        Sandboxes.choose(config(Optional.empty())).factory().close();

        var choice = Sandboxes.choose(config(Optional.empty()));

        try (var factory = choice.factory();
                var sandbox = factory.create(spec())) {
            assertThat(choice.tried()).isFalse();
            assertThat(run(sandbox, "exit 7").exit()).isEqualTo(new Exit.Status(7));
        }
    }

    @Test
    void triesAgainAnotherLauncherOrAnotherNetwork() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var launcher =
                Files.copy(SandboxRun.launcher(), directory.resolve("launcher"), StandardCopyOption.COPY_ATTRIBUTES);
        Sandboxes.choose(config(launcher, NetworkPolicy.closed())).factory().close();
        var open = new NetworkPolicy(true, List.of(), List.of());

        assertThat(tries(config(launcher, NetworkPolicy.closed()))).isFalse();
        assertThat(tries(config(launcher, open))).isTrue();
        assertThat(tries(config(launcher, open))).isFalse();
        Files.setLastModifiedTime(launcher, FileTime.from(Instant.EPOCH));
        assertThat(tries(config(launcher, open))).isTrue();
    }

    @Test
    void fallsBackWhereWhatHasWorkedDoesNotWorkAnyMore() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        var launcher =
                Files.copy(SandboxRun.launcher(), directory.resolve("launcher"), StandardCopyOption.COPY_ATTRIBUTES);
        var config = config(launcher, NetworkPolicy.closed());
        Sandboxes.choose(config).factory().close();
        var time = Files.getLastModifiedTime(launcher);
        Files.write(launcher, new byte[(int) Files.size(launcher)]);
        Files.setLastModifiedTime(launcher, time);

        var choice = Sandboxes.choose(config);

        try (var factory = choice.factory()) {
            assertThat(choice.tried()).isTrue();
            assertThat(factory.kind()).isEqualTo(SandboxKind.PROCESS);
        }
    }

    private static boolean tries(SandboxConfig config) throws SandboxException {
        var choice = Sandboxes.choose(config);
        choice.factory().close();
        return choice.tried();
    }

    private SandboxConfig config(Path launcher, NetworkPolicy network) {
        return new SandboxConfig(launcher, directory.resolve("s"), Instance.of(directory), network, Optional.empty());
    }

    @Test
    void fallsBackAndSaysWhy() throws Exception {
        var config = new SandboxConfig(
                Path.of("/no/launcher"),
                directory.resolve("s"),
                Instance.of(directory),
                NetworkPolicy.closed(),
                Optional.empty());

        var choice = Sandboxes.choose(config);

        try (var factory = choice.factory()) {
            assertThat(factory.kind()).isEqualTo(SandboxKind.PROCESS);
            assertThat(choice.refusals())
                    .extracting(Sandboxes.Refusal::kind)
                    .containsExactly(SandboxKind.NAMESPACES, SandboxKind.BUBBLEWRAP);
        }
    }

    @Test
    void failsWhereTheOnlyKindThatIsWantedDoesNotWork() {
        var config = new SandboxConfig(
                Path.of("/no/launcher"),
                directory.resolve("s"),
                Instance.of(directory),
                NetworkPolicy.closed(),
                Optional.of(SandboxKind.NAMESPACES));

        assertThatThrownBy(() -> Sandboxes.choose(config)).hasMessageContaining("no kind of sandbox works");
    }

    @Test
    void runsPlainProcessesWithTranslatedPaths() throws Exception {
        Files.writeString(directory.resolve("handler.txt"), "code");
        try (var factory = new ProcessSandboxFactory(directory.resolve("s"));
                var sandbox = factory.create(spec(new Mount(directory, "/var/task")))) {
            var process = new ProcessSpec(
                    List.of("/bin/bash", "-c", "cat /var/task/handler.txt; echo $WHERE; pwd; echo framed >&62; exit 4"),
                    Map.of("WHERE", "/opt/x:/var/task/y", "PATH", "/usr/bin:/bin"),
                    "/var/task");

            var result = run(sandbox, process);

            assertThat(result.output()).isEqualTo("code/opt/x:%s/y\n%s\nframed\n".formatted(directory, directory));
            assertThat(result.exit()).isEqualTo(new Exit.Status(4));
            assertThat(run(sandbox, "exit 5").exit()).isEqualTo(new Exit.Status(5));
        }
    }

    @Test
    void killsThePlainProcessesGroup() throws Exception {
        try (var factory = new ProcessSandboxFactory(directory.resolve("s"));
                var sandbox = factory.create(spec())) {
            var process = sandbox.start(shell("sleep 1000 & echo $!; sleep 1000"));
            var child = Long.parseLong(SandboxRun.awaitOutput(process, "\n").strip());

            process.kill();

            assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
            SandboxRun.await(() -> ProcessHandle.of(child).isEmpty());
            process.close();
        }
    }

    @Test
    void tellsWhyAPlainProcessCouldNotBeStarted() throws Exception {
        try (var factory = new ProcessSandboxFactory(directory.resolve("s"));
                var sandbox = factory.create(spec(new Mount(directory, "/var/task")))) {
            assertThat(run(sandbox, new ProcessSpec(List.of("/var/task/bootstrap"), Map.of(), "/"))
                            .exit())
                    .isEqualTo(new Exit.NotStarted("fork/exec /var/task/bootstrap: no such file or directory"));
        }
    }

    @Test
    void runsBehindBubblewrap() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
        assumeTrue(Files.isExecutable(SandboxRun.launcher()), "needs the launcher, for its filter");
        Files.writeString(directory.resolve("handler.txt"), "code");
        try (var factory = Sandboxes.choose(config(Optional.of(SandboxKind.BUBBLEWRAP)))
                        .factory();
                var sandbox = factory.create(spec(new Mount(directory, "/var/task")))) {
            var process = new ProcessSpec(
                    List.of(
                            "/bin/bash",
                            "-c",
                            "id -u; cat /proc/self/status; env; ls -A /home /tmp; echo framed >&62; echo x > /tmp/x"),
                    Map.of("SECRET", "shown"),
                    "/var/task");

            var result = run(sandbox, process);

            assertThat(result.output())
                    .startsWith("993\n")
                    .contains("CapEff:\t0000000000000000", "Seccomp:\t2", "NoNewPrivs:\t1", "SECRET=shown")
                    .contains("cannot access '/home'")
                    .endsWith("framed\n");
            assertThat(run(sandbox, "cat /tmp/x; unshare -U true || kill -TERM $$")
                            .output())
                    .startsWith("x\n");
            assertThat(run(sandbox, new ProcessSpec(List.of("/var/task/none"), Map.of(), "/"))
                            .exit())
                    .isEqualTo(new Exit.NotStarted("fork/exec /var/task/none: no such file or directory"));
        }
    }

    @Test
    void findsOutAboutTheHost() {
        var findings = Examination.findings(config(Optional.empty()));

        assertThat(findings)
                .extracting(Finding::subject)
                .contains("user", "launcher", "cgroups", "namespaces", "seccomp", "nft", "microvm");
        assertThat(findings).allSatisfy(f -> assertThat(f.remedy().isEmpty()).isEqualTo(f.good()));
    }

    private SandboxConfig config(Optional<SandboxKind> only) {
        return new SandboxConfig(
                SandboxRun.launcher(), directory.resolve("s"), Instance.of(directory), NetworkPolicy.closed(), only);
    }
}
