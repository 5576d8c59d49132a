package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.SnapshotStore;
import hearth.worker.sandbox.MachineSnapshots.Start;
import hearth.worker.sandbox.SnapshotKey.OwnedProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MachineSnapshotsTest {
    private static final MachineSize SIZE = new MachineSize(Bytes.mebibytes(1), 1);
    private static final SnapshotKey KEY = SnapshotKey.empty(SIZE);
    private static final Duration PATIENCE = Duration.ofHours(9);
    private final SandboxException silent = new SandboxException("it is not up in time");
    private final SandboxException refused =
            new SandboxException("the microVM does not start", new RefusedSnapshotException("failed"));

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong();
    private MachineSnapshots snapshots;

    @BeforeEach
    void open() throws IOException {
        snapshots = opened();
    }

    private MachineSnapshots opened() throws IOException {
        return new MachineSnapshots(SnapshotStore.in(directory), "print", clock::get, Duration.ofMillis(1));
    }

    @AfterEach
    void close() {
        snapshots.close();
    }

    private static MachineSnapshot snapshot() throws IOException {
        try (var memory = MemoryFile.ofSize(1 << 20)) {
            return MachineSnapshot.of(memory, 1 << 20, MemoryFile.of("devices".getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void make() throws Exception {
        assertThat(snapshots.start(KEY, PATIENCE)).isInstanceOf(Start.First.class);
        snapshots.madeNew(KEY, snapshot());
        SandboxRun.await(this::isKept);
    }

    private boolean isKept() {
        try (var files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".machine"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private MachineSnapshot copied() throws SandboxException {
        try (var copy = ((Start.Copy) snapshots.start(KEY, PATIENCE)).snapshot()) {
            return copy;
        }
    }

    /// What a program has drawn is not to outlive the server.
    @Test
    void thoseWithAProgramAreNotKeptAndDoNotDriveOutTheOthers() throws Exception {
        make();
        clearKept();
        for (var account = 0; account < 10; account++) {
            var key = withProgram("account-" + account);
            assertThat(snapshots.start(key, PATIENCE)).isInstanceOf(Start.First.class);
            snapshots.madeNew(key, snapshot());
        }

        assertThat(snapshots.has(KEY)).isTrue();
        assertThat(snapshots.has(withProgram("account-0"))).isFalse();
        assertThat(snapshots.has(withProgram("account-9"))).isTrue();
        snapshots.close();
        assertThat(isKept()).isFalse();
    }

    private static SnapshotKey withProgram(String account) {
        var process = new ProcessSpec(List.of("/usr/bin/python3"), Map.of(), "/", true);
        var program = new OwnedProgram(new WaitingProgram(process, List.of()), account, List.of());
        return new SnapshotKey(SIZE, Optional.of(program));
    }

    private void clearKept() throws IOException {
        try (var files = Files.list(directory)) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".machine")).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void oneFailureIsTheMachinesOwn() throws Exception {
        make();
        var copied = copied();

        snapshots.failed(KEY, copied, silent);
        snapshots.proved(KEY, copied);
        snapshots.failed(KEY, copied, silent);

        assertThat(copied().number()).isEqualTo(copied.number());
        assertThat(snapshots.trusts(copied)).isTrue();
        assertThat(isKept()).isTrue();
    }

    @Test
    void twoFailuresInARowAreTheSnapshots() throws Exception {
        make();
        var copied = copied();

        snapshots.failed(KEY, copied, silent);
        snapshots.failed(KEY, copied, silent);

        assertThat(snapshots.start(KEY, PATIENCE)).isInstanceOf(Start.Alone.class);
        assertThat(snapshots.trusts(copied)).isFalse();
        assertThat(isKept()).isFalse();
    }

    @Test
    void oneThatItsMonitorRefusesIsDeletedAtOnceAndMadeAnewAfterAWhile() throws Exception {
        make();

        snapshots.failed(KEY, copied(), refused);

        assertThat(snapshots.start(KEY, PATIENCE)).isInstanceOf(Start.Alone.class);
        assertThat(isKept()).isFalse();
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        make();
    }

    /// As a machine that has waited since.
    @Test
    void whatIsMadeOfAnOlderOneSaysNothingOfTheNext() throws Exception {
        make();
        var older = copied();
        snapshots.failed(KEY, older, refused);
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        make();

        snapshots.failed(KEY, older, refused);
        snapshots.failed(KEY, older, silent);

        assertThat(snapshots.trusts(copied())).isTrue();
        assertThat(isKept()).isTrue();
    }

    @Test
    void oneThatNobodyUsesLeavesMemoryThoughNothingHappens() throws Exception {
        make();

        clock.addAndGet(Duration.ofMinutes(61).toNanos());

        SandboxRun.await(() -> !snapshots.has(KEY));
        assertThat(isKept()).isTrue();
    }

    @Test
    void whoeverWaitsForTheFirstIsNotHeldUpByTheEnd() throws Exception {
        assertThat(snapshots.start(KEY, PATIENCE)).isInstanceOf(Start.First.class);
        var other = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return snapshots.start(KEY, PATIENCE);
                    } catch (SandboxException e) {
                        throw new AssertionError(e);
                    }
                },
                task -> Thread.ofPlatform().start(task));

        snapshots.endWaiting();

        assertThat(other.join()).isInstanceOf(Start.Alone.class);
    }

    @Test
    void leavesNothingOpenOfOneThatComesTooLate() throws Exception {
        var before = memoryFiles();
        snapshots.close();

        snapshots.madeNew(KEY, snapshot());

        assertThat(memoryFiles()).isEqualTo(before);
    }

    private static long memoryFiles() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().startsWith("/memfd:hearth");
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
