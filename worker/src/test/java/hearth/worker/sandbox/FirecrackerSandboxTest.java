package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.finish;
import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.shell;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.GuestKernel;
import hearth.worker.microvm.GuestStreams;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Machines of a real Firecracker, where this host has one, its jailer and KVM.
final class FirecrackerSandboxTest {
    @TempDir
    static Path directory;

    private static MicrovmSandboxFactory factory;
    private static Sandbox sandbox;

    @BeforeAll
    static void boot() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mksquashfs")), "needs squashfs-tools");
        try {
            Firecracker.find(MicrovmConfig.USUAL);
            Firecracker.requireKvm();
            GuestKernel.in(MicrovmConfig.USUAL.kernel()).require(GuestStreams.VSOCK);
        } catch (IOException e) {
            abort("needs Firecracker: " + e.getMessage());
        }
        var place = directory.resolve("f");
        var config = new SandboxConfig(
                SandboxRun.launcher(),
                place,
                Instance.of(place),
                new NetworkPolicy(false, List.of(), List.of()),
                Optional.of(SandboxKind.MICROVM));
        factory = new MicrovmSandboxFactory(config, new TmpImages(place.resolve("tmp")), FirecrackerMonitor::make);
        sandbox = factory.create(spec(Bytes.mebibytes(128), 1000));
    }

    @AfterAll
    static void end() throws IOException {
        if (sandbox != null) {
            sandbox.closeSockets();
            sandbox.close();
            try (var jails = Files.list(directory.resolve("f/jails/firecracker"))) {
                assertThat(jails).isEmpty();
            }
        }
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void programsRunInAKernelOfTheirOwn() throws Exception {
        var result = run(sandbox, "hostname; cat /proc/sys/kernel/osrelease; exit 7");

        assertThat(result.exit()).isEqualTo(new Exit.Status(7));
        assertThat(result.output())
                .startsWith("sandbox\n")
                .contains(Files.readString(MicrovmConfig.USUAL.kernel().resolve("version"))
                        .strip());
    }

    @Test
    void allOutputArrives() throws Exception {
        var result = run(sandbox, "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done");

        assertThat(result.output().lines()).hasSize(3000).startsWith("line 0").endsWith("line 2999");
    }

    @Test
    void tmpIsADiskAndMemoryIsLimited() throws Exception {
        assertThat(run(sandbox, "df -m /tmp | tail -n 1 | awk '{print $2}'").output())
                .matches("5\\d\\d\n");
        var kills = sandbox.outOfMemoryKills();

        run(sandbox, "head -c 400m /dev/zero | tail -c 390m | wc -c");

        assertThat(sandbox.outOfMemoryKills()).isGreaterThan(kills);
    }

    @Test
    void aProgramIsKilledAlsoInAFrozenMachine() throws Exception {
        var process = sandbox.start(shell("echo up; sleep 1000"));
        SandboxRun.awaitOutput(process, "up");
        sandbox.freeze();

        process.kill();

        assertThat(finish(process).exit()).isEqualTo(new Exit.Signal(9));
        process.close();
    }
}
