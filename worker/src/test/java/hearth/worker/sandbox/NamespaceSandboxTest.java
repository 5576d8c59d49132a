package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.shell;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.worker.linux.Descriptors;
import hearth.worker.sandbox.SandboxProcess.Exit;
import hearth.worker.sandbox.SandboxSpec.Mount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class NamespaceSandboxTest {
    @TempDir
    static Path directory;

    static Path code;
    static NamespaceSandboxFactory factory;

    @BeforeAll
    static void start() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        code = SandboxRun.readableDirectory(directory.resolve("code"));
        factory = SandboxRun.namespaces(SandboxRun.config(directory.resolve("sandboxes")));
    }

    @AfterAll
    static void end() {
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void runsAsAUserWithoutAnyRight() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var result = run(sandbox, "id -u; id -g; id -G; id -un; cat /proc/self/uid_map; cat /proc/self/status");

            assertThat(result.output()).startsWith("993\n993\n993\nsbx_user1051\n");
            assertThat(result.output().lines().toList().get(4)).matches(" *993 +\\d+ +1");
            assertThat(result.output())
                    .contains("CapInh:\t0000000000000000")
                    .contains("CapPrm:\t0000000000000000")
                    .contains("CapEff:\t0000000000000000")
                    .contains("CapBnd:\t0000000000000000")
                    .contains("CapAmb:\t0000000000000000")
                    .contains("NoNewPrivs:\t1")
                    .contains("Seccomp:\t2");
        }
    }

    @Test
    void sharesNoNamespaceWithTheHost() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var names = List.of("user", "mnt", "pid", "ipc", "uts", "net", "cgroup");

            var inside = run(
                            sandbox,
                            "for n in %s; do readlink /proc/self/ns/$n; done".formatted(String.join(" ", names)))
                    .output()
                    .lines()
                    .toList();

            assertThat(inside).hasSize(names.size());
            for (var name : names) {
                var host =
                        Files.readSymbolicLink(Path.of("/proc/self/ns", name)).toString();
                assertThat(inside).doesNotContain(host);
            }
        }
    }

    @Test
    void seesItsOwnProcessesOnly() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var pids = run(sandbox, "cd /proc; echo [0-9]*").output().strip();

            assertThat(pids).isEqualTo("1 2");
        }
    }

    @Test
    void cannotLookIntoPid1() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var result = run(sandbox, "ls /proc/1/fd; cat /proc/1/environ; kill -9 1; readlink /proc/1/root; echo end");

            assertThat(result.output()).contains("Permission denied").contains("Operation not permitted");
            assertThat(result.output()).endsWith("end\n");
        }
    }

    @Test
    void writesNowhereButTmp() throws Exception {
        try (var sandbox = factory.create(spec(new Mount(code, "/var/task")))) {
            var result = run(
                    sandbox,
                    "for d in / /usr /etc /var/task /var /dev /proc /proc/sys/kernel /opt /run; do touch $d/x && echo wrote $d; done;"
                            + " echo 1 > /proc/sysrq-trigger && echo sysrq; echo x > /proc/sys/kernel/core_pattern && echo core;"
                            + " touch /tmp/x && echo wrote tmp");

            assertThat(result.output().lines().filter(line -> !line.contains(":")))
                    .containsExactly("wrote tmp");
        }
    }

    @Test
    void seesTheMountsOfItsSpecAndNothingElseOfTheHost() throws Exception {
        Files.writeString(code.resolve("handler.txt"), "code");
        try (var sandbox = factory.create(
                spec(new Mount(code, "/var/task"), new Mount(code, "/opt"), new Mount(code, "/root/deep/er")))) {
            var result = run(
                    sandbox,
                    "cat /var/task/handler.txt /opt/handler.txt /root/deep/er/handler.txt; ls /; ls /root /home; cat /etc/shadow");

            assertThat(result.output()).startsWith("codecodecode");
            assertThat(result.output()).contains("cannot access '/home'").contains("/etc/shadow: No such file");
        }
    }

    @Test
    void givesTheExactEnvironment() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var process = new ProcessSpec(
                    List.of("/usr/bin/env"), Map.of("GREETING", "a b=c\nnext", "_HANDLER", "x.y"), "/var/task");

            var output = run(sandbox, process).output();

            assertThat(output.split("(?<!b=c)\n")).containsExactlyInAnyOrder("GREETING=a b=c\nnext", "_HANDLER=x.y");
        }
    }

    @Test
    void hasFourDescriptorsAndNoOther() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var result = run(sandbox, new ProcessSpec(List.of("/bin/ls", "/proc/self/fd"), Map.of(), "/"));

            // 3 is the directory that ls reads.
            assertThat(result.output().split("\n")).containsExactlyInAnyOrder("0", "1", "2", "3", "62");
        }
    }

    @Test
    void keepsTheOrderOfOutputAndFramedRecords() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var process = new ProcessSpec(
                    List.of("/bin/bash", "-c", "echo out; echo err >&2; echo framed >&62; echo again > /dev/stdout"),
                    Map.of(),
                    "/");

            var result = run(sandbox, process);

            assertThat(result.output()).isEqualTo("out\nerr\nframed\nagain\n");
        }
    }

    @Test
    void mirrorsStatusesAndSignals() throws Exception {
        try (var sandbox = factory.create(spec())) {
            assertThat(run(sandbox, "exit 0").exit()).isEqualTo(new Exit.Status(0));
            assertThat(run(sandbox, "exit 130").exit()).isEqualTo(new Exit.Status(130));
            assertThat(run(sandbox, "kill -SEGV $$").exit()).isEqualTo(new Exit.Signal(11));
            assertThat(run(sandbox, "kill -KILL $$").exit()).isEqualTo(new Exit.Signal(9));
        }
    }

    @Test
    void tellsWhyAProgramCouldNotBeStarted() throws Exception {
        Files.writeString(code.resolve("plain"), "no program");
        try (var sandbox = factory.create(spec(new Mount(code, "/var/task")))) {
            assertThat(run(sandbox, new ProcessSpec(List.of("/var/task/bootstrap"), Map.of(), "/"))
                            .exit())
                    .isEqualTo(new Exit.NotStarted("fork/exec /var/task/bootstrap: no such file or directory"));
            assertThat(run(sandbox, new ProcessSpec(List.of("/var/task/plain"), Map.of(), "/"))
                            .exit())
                    .isEqualTo(new Exit.NotStarted("fork/exec /var/task/plain: permission denied"));
            assertThat(run(sandbox, new ProcessSpec(List.of("/bin/true"), Map.of(), "/nowhere"))
                            .exit())
                    .isEqualTo(new Exit.NotStarted("chdir /nowhere: no such file or directory"));
        }
    }

    @Test
    void saysWhichMountIsMissing() throws Exception {
        try (var sandbox = factory.create(spec(new Mount(Path.of("/no/such"), "/var/task")))) {
            assertThatThrownBy(() -> sandbox.start(shell("true")))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("/no/such: No such file or directory");
        }
    }

    @Test
    void keepsTmpForASecondStartAndForNoOtherSandbox() throws Exception {
        try (var first = factory.create(spec());
                var second = factory.create(spec())) {
            run(first, "echo kept > /tmp/file");

            assertThat(run(first, "cat /tmp/file; cd /proc; echo [0-9]*").output())
                    .isEqualTo("kept\n1 2\n");
            assertThat(run(second, "ls -A /tmp").output()).isEmpty();
        }
    }

    @Test
    void givesTmpItsSizeAndNotMuchMore() throws Exception {
        try (var sandbox = factory.create(spec())) {
            assertThat(run(sandbox, "head -c 512M /dev/zero > /tmp/all && echo fits; rm /tmp/all")
                            .output())
                    .isEqualTo("fits\n");
            assertThat(run(sandbox, "head -c 545M /dev/zero > /tmp/all || echo full")
                            .output())
                    .contains("No space left on device")
                    .endsWith("full\n");
        }
    }

    /// Else the start and the end of each sandbox, and each `fsync` of a function, would wait for the host's disk.
    @Test
    void hasTheHostsDiskNeverFlushedForItsTmp() throws Exception {
        try (var sandbox = factory.create(spec())) {
            assertThat(run(sandbox, "grep ' /tmp ' /proc/self/mounts").output())
                    .contains("/tmp ext4 rw,nosuid,nodev,noatime")
                    .contains("nobarrier");
        }
    }

    /// Empty files take no space, so they have a limit of their own.
    @Test
    void limitsTheNumberOfFilesInTmp() throws Exception {
        var fill = """
                perl -e 'for ($n = 0; $n < 5000000; $n++) { open(F, ">", "/tmp/$n") or last; close F } print "$n $!"'
                """;
        var config = SandboxRun.config(directory.resolve("files-in-memory"));
        try (var inMemory = new NamespaceSandboxFactory(config, new TmpStorage.Memory());
                var onDisk = factory.create(spec());
                var memory = inMemory.create(spec())) {
            for (var sandbox : List.of(onDisk, memory)) {
                var output = run(sandbox, fill).output();

                assertThat(output).endsWith(" No space left on device");
                assertThat(Integer.parseInt(output.split(" ")[0])).isBetween(32_000, 33_000);
            }
        }
        assertThat(Files.createTempFile(directory, "host", "")).exists();
    }

    @Test
    void countsTmpAgainstMemoryWhereThereIsNoDiskForIt() throws Exception {
        var config = SandboxRun.config(directory.resolve("in-memory"));
        try (var inMemory = new NamespaceSandboxFactory(config, new TmpStorage.Memory());
                var sandbox = inMemory.create(spec(Bytes.mebibytes(64), 1000))) {
            run(sandbox, "echo kept > /tmp/file");

            assertThat(run(sandbox, "cat /tmp/file").output()).isEqualTo("kept\n");
            assertThat(run(sandbox, "exec head -c 100M /dev/zero > /tmp/all").exit())
                    .isEqualTo(new Exit.Signal(9));
        }
    }

    @Test
    void killsWhatTakesMoreMemoryThanThereIs() throws Exception {
        try (var sandbox = factory.create(spec(Bytes.mebibytes(64), 1000))) {
            var result = run(sandbox, "exec tail /dev/zero");

            assertThat(result.exit()).isEqualTo(new Exit.Signal(9));
            assertThat(sandbox.outOfMemoryKills()).isEqualTo(1);
            assertThat(sandbox.peakMemory()).isBetween(Bytes.mebibytes(60), Bytes.mebibytes(64));
        }
    }

    @Test
    void allowsNoMoreProcessesThanItsLimit() throws Exception {
        // A process costs about 200 KiB, and it is their number that is to run out.
        try (var sandbox = factory.create(spec(Bytes.mebibytes(1024), 1000))) {
            var result = run(
                    sandbox,
                    "exec perl -e '$n = 0; while ($n < 3000 && defined($p = fork)) { if (!$p) { sleep 60; exit } $n++ } print \"$n\\n\"'");

            assertThat(Integer.parseInt(result.output().strip())).isBetween(1000, 1024);
        }
    }

    @Test
    void limitsItsShareOfTheCpu() throws Exception {
        try (var sandbox = factory.create(spec(Bytes.mebibytes(128), 100))) {
            var start = System.nanoTime();
            run(sandbox, "perl -e 'my $t = times; while (times - $t < 0.2) {}'");
            var seconds = (System.nanoTime() - start) / 1e9;

            // 0.2 s of a tenth of a core.
            assertThat(seconds).isGreaterThan(1.6);
        }
    }

    private enum WayToEnd {
        KILLED,
        CLOSED,
        CLOSED_WHILE_FROZEN,
        BY_ITSELF
    }

    /// The 700 processes have to run once more to end, under a CPU limit that would give them 1.4 ms in 20.
    @ParameterizedTest
    @EnumSource
    void endsWithinASecondWhateverItHolds(WayToEnd way) throws Exception {
        var sandbox = factory.create(spec(Bytes.mebibytes(512), 2000));
        try {
            var many = "perl -e 'for (1..700) { fork or do { sleep 1000; exit } } $| = 1; print \"up\"; sleep 1000' &"
                    + " read line <&61; exit 3";
            var process = sandbox.start(
                    new ProcessSpec(List.of("/bin/bash", "-c", many), Map.of("PATH", "/usr/bin:/bin"), "/", true));
            SandboxRun.awaitOutput(process, "up");
            int channel = process.takeChannel().orElseThrow();
            sandbox.refit(Bytes.mebibytes(512), 72, List.of());

            var start = System.nanoTime();
            switch (way) {
                case KILLED -> process.kill();
                case CLOSED -> sandbox.close();
                case CLOSED_WHILE_FROZEN -> {
                    sandbox.freeze();
                    sandbox.close();
                }
                case BY_ITSELF -> Descriptors.write(channel, new byte[] {'\n'}, 0, 1);
            }
            SandboxRun.await(() -> hasEnded(process));
            var took = Duration.ofNanos(System.nanoTime() - start);

            assertThat(took).isLessThan(Duration.ofSeconds(1));
            Descriptors.close(channel);
            process.close();
        } finally {
            sandbox.close();
        }
    }

    private static boolean hasEnded(SandboxProcess process) {
        try {
            return Descriptors.awaitReadable(process.pidfd(), 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void limitsTheCpuAgainAfterAnEndThatLiftedTheLimit() throws Exception {
        try (var sandbox = factory.create(spec(Bytes.mebibytes(128), 100))) {
            var process = sandbox.start(shell("echo up; sleep 1000"));
            SandboxRun.awaitOutput(process, "up");
            process.kill();
            SandboxRun.finish(process);
            process.close();

            var start = System.nanoTime();
            run(sandbox, "perl -e 'my $t = times; while (times - $t < 0.2) {}'");
            var seconds = (System.nanoTime() - start) / 1e9;

            assertThat(seconds).isGreaterThan(1.6);
        }
    }

    @Test
    void standsStillWhileFrozen() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var process = sandbox.start(shell("while :; do echo tick; sleep 0.01; done"));
            SandboxRun.awaitOutput(process, "tick");

            sandbox.freeze();
            SandboxRun.await(() -> !SandboxRun.writesWithin(process, 100));
            sandbox.thaw();

            assertThat(SandboxRun.awaitOutput(process, "tick")).contains("tick");
            process.kill();
            assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
            process.close();
        }
    }

    @Test
    void startsWhatIsFrozenMeanwhileAndFreezesItThen() throws Exception {
        try (var sandbox = factory.create(spec())) {
            sandbox.freeze();

            var process = sandbox.start(shell("while :; do echo tick; sleep 0.01; done"));

            SandboxRun.await(() -> !SandboxRun.writesWithin(process, 100));
            sandbox.thaw();
            assertThat(SandboxRun.awaitOutput(process, "tick")).contains("tick");
            process.kill();
            assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
            process.close();
        }
    }

    @Test
    void killsTheWholeTreeAlsoWhenFrozenAndDetached() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var process = sandbox.start(shell("setsid sh -c 'setsid sleep 1000 & sleep 1000' & echo up; sleep 1000"));
            SandboxRun.awaitOutput(process, "up");
            sandbox.freeze();

            process.kill();

            assertThat(SandboxRun.finish(process).exit()).isEqualTo(new Exit.Signal(9));
            process.close();
            assertThat(processesOf(sandbox)).isEmpty();
        }
    }

    @Test
    void endsEveryProcessWithTheProgram() throws Exception {
        try (var sandbox = factory.create(spec())) {
            assertThat(run(sandbox, "setsid sleep 1000 & exit 3").exit()).isEqualTo(new Exit.Status(3));
            assertThat(processesOf(sandbox)).isEmpty();
        }
    }

    @Test
    void runsOneProcessTreeAtATime() throws Exception {
        try (var sandbox = factory.create(spec())) {
            var process = sandbox.start(shell("sleep 1000"));

            assertThatThrownBy(() -> sandbox.start(shell("true"))).isInstanceOf(SandboxException.class);

            process.kill();
            SandboxRun.finish(process);
            process.close();
        }
    }

    @Test
    void closesWhileItsProcessRunsAndAgain() throws Exception {
        var sandbox = factory.create(spec());
        var process = sandbox.start(shell("sleep 1000"));

        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var i = 0; i < 4; i++) {
                threads.execute(sandbox::close);
            }
        }

        assertThat(process.exit()).isEqualTo(new Exit.Signal(9));
        process.kill();
        process.close();
        process.close();
        sandbox.freeze();
        sandbox.thaw();
        assertThat(sandbox.peakMemory().count()).isPositive();
        assertThatThrownBy(() -> sandbox.start(shell("true"))).isInstanceOf(SandboxException.class);
    }

    @Test
    void runsManyAtOnceEachWithAUserOfItsOwn() throws Exception {
        var uids = new ArrayList<String>();
        try (var threads = Executors.newFixedThreadPool(20)) {
            var runs = new ArrayList<Future<String>>();
            var all = new CyclicBarrier(20);
            for (var i = 0; i < 20; i++) {
                runs.add(threads.submit(() -> {
                    try (var sandbox = factory.create(spec())) {
                        var uid = run(sandbox, "awk '{print $2}' /proc/self/uid_map")
                                .output();
                        all.await();
                        return uid;
                    }
                }));
            }
            for (var done : runs) {
                uids.add(done.get());
            }
        }

        assertThat(uids).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void reachesItsRuntimeApiAndNoOther() throws Exception {
        var connect =
                "perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(\"127.0.0.1:%d\") or die \"$!\"; print \"connected\"'";
        try (var first = factory.create(spec());
                var second = factory.create(spec());
                var host = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            assertThat(first.runtimeApiAddress()).isEqualTo("127.0.0.1:9001");
            Descriptors.close(second.runtimeApiSocket());

            assertThat(run(first, connect.formatted(9001)).output()).isEqualTo("connected");
            assertThat(Descriptors.awaitReadable(first.runtimeApiSocket(), 1000))
                    .isTrue();
            assertThat(run(second, connect.formatted(9001)).output()).contains("refused");
            assertThat(run(first, connect.formatted(host.getLocalPort())).output())
                    .contains("refused");
            Descriptors.close(first.runtimeApiSocket());
        }
    }

    @Test
    void reachesItsServicesAtTheirAddressesAndNoOther() throws Exception {
        var connect = "perl -MIO::Socket::INET"
                + " -e 'my $s = IO::Socket::INET->new(\"%s\") or die \"$!\"; print \"connected\"'";
        var services = new InnerServices(
                List.of(
                        new InetSocketAddress("127.0.0.2", 9001),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 4566)),
                List.of("localhost", "emulator.test"));
        var config = SandboxRun.config(directory.resolve("services"));
        try (var offering = new NamespaceSandboxFactory(
                        new SandboxConfig(
                                config.launcher(),
                                config.directory(),
                                config.instance(),
                                config.network(),
                                config.only(),
                                services),
                        new TmpStorage.Memory());
                var first = offering.create(spec());
                var second = offering.create(spec());
                var other = factory.create(spec())) {
            assertThat(first.serviceSockets()).hasSize(2);
            assertThat(other.serviceSockets()).isEmpty();
            second.closeSockets();

            assertThat(run(first, connect.formatted("127.0.0.2:9001")).output()).isEqualTo("connected");
            assertThat(Descriptors.awaitReadable(first.serviceSockets().get(0), 1000))
                    .isTrue();
            assertThat(run(first, connect.formatted("emulator.test:4566")).output())
                    .isEqualTo("connected");
            assertThat(Descriptors.awaitReadable(first.serviceSockets().get(1), 1000))
                    .isTrue();
            assertThat(run(first, connect.formatted("127.0.0.1:4567")).output()).contains("refused");
            assertThat(run(second, connect.formatted("127.0.0.1:4566")).output())
                    .contains("refused");
            assertThat(run(other, connect.formatted("127.0.0.2:9001")).output()).contains("refused");
            assertThatThrownBy(() -> new Socket("127.0.0.2", 9001).close()).isInstanceOf(IOException.class);
            first.closeSockets();
            other.closeSockets();
        }
    }

    private static List<String> processesOf(Sandbox sandbox) {
        // A sandbox's peak is a file of its cgroup, which exists as long as the sandbox does.
        assertThat(sandbox.peakMemory().count()).isPositive();
        return Cgroups.parents(
                        CgroupMounts.ofThisHost(),
                        Instance.of(directory.resolve("sandboxes")).name())
                .stream()
                .flatMap(parent -> children(parent).stream())
                .flatMap(cgroup -> lines(cgroup.resolve("cgroup.procs")).stream())
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<Path> children(Path directory) {
        try (var children = Files.newDirectoryStream(directory)) {
            var found = new ArrayList<Path>();
            children.forEach(child -> {
                if (Files.isDirectory(child) || Files.isSymbolicLink(child)) {
                    found.add(child);
                }
            });
            found.sort(null);
            return found;
        } catch (IOException e) {
            return List.of();
        }
    }
}
