package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.SnapshotStore;
import hearth.worker.sandbox.MachineSnapshots.Start;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        assertThat(snapshots.start(SIZE, PATIENCE)).isInstanceOf(Start.First.class);
        snapshots.madeNew(SIZE, snapshot());
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
        try (var copy = ((Start.Copy) snapshots.start(SIZE, PATIENCE)).snapshot()) {
            return copy;
        }
    }

    @Test
    void oneFailureIsTheMachinesOwn() throws Exception {
        make();
        var copied = copied();

        snapshots.failed(SIZE, copied, silent);
        snapshots.proved(SIZE, copied);
        snapshots.failed(SIZE, copied, silent);

        assertThat(copied().number()).isEqualTo(copied.number());
        assertThat(snapshots.trusts(copied)).isTrue();
        assertThat(isKept()).isTrue();
    }

    @Test
    void twoFailuresInARowAreTheSnapshots() throws Exception {
        make();
        var copied = copied();

        snapshots.failed(SIZE, copied, silent);
        snapshots.failed(SIZE, copied, silent);

        assertThat(snapshots.start(SIZE, PATIENCE)).isInstanceOf(Start.Alone.class);
        assertThat(snapshots.trusts(copied)).isFalse();
        assertThat(isKept()).isFalse();
    }

    @Test
    void oneThatItsMonitorRefusesIsDeletedAtOnceAndMadeAnewAfterAWhile() throws Exception {
        make();

        snapshots.failed(SIZE, copied(), refused);

        assertThat(snapshots.start(SIZE, PATIENCE)).isInstanceOf(Start.Alone.class);
        assertThat(isKept()).isFalse();
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        make();
    }

    /// As a machine that has waited since.
    @Test
    void whatIsMadeOfAnOlderOneSaysNothingOfTheNext() throws Exception {
        make();
        var older = copied();
        snapshots.failed(SIZE, older, refused);
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        make();

        snapshots.failed(SIZE, older, refused);
        snapshots.failed(SIZE, older, silent);

        assertThat(snapshots.trusts(copied())).isTrue();
        assertThat(isKept()).isTrue();
    }

    @Test
    void oneThatNobodyUsesLeavesMemoryThoughNothingHappens() throws Exception {
        make();

        clock.addAndGet(Duration.ofMinutes(61).toNanos());

        SandboxRun.await(() -> !snapshots.has(SIZE));
        assertThat(isKept()).isTrue();
    }

    @Test
    void whoeverWaitsForTheFirstIsNotHeldUpByTheEnd() throws Exception {
        assertThat(snapshots.start(SIZE, PATIENCE)).isInstanceOf(Start.First.class);
        var other = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return snapshots.start(SIZE, PATIENCE);
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

        snapshots.madeNew(SIZE, snapshot());

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
