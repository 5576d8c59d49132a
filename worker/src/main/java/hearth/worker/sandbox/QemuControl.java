package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.MemoryFile;
import hearth.worker.microvm.MachineSnapshot;
import hearth.worker.microvm.Qmp;
import hearth.worker.sandbox.MachineSpec.Disk;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// QEMU's monitor of one machine, by its protocol (docs/interop/qmp-spec.txt, qapi/migration.json).
///
/// A snapshot is what a migration would tell another QEMU, but for the memory, which is a file already.
final class QemuControl implements MachineControl {
    private static final Duration STEP = Duration.ofMillis(2);

    /// The numbers of the sets of descriptors that disks are put with, behind those of the command line.
    private static final int FIRST_SET = 100;

    private static final String STATE = "state";

    private final int socket;
    private final boolean accelerated;
    private final Origin origin;
    private final @Nullable MemoryFile memory;
    private final Qmp qmp;

    /// @param socket our end, which this closes
    /// @param accelerated whether the machine is to run on KVM
    /// @param memory the file that the machine's memory is, which this closes; null where that has no file, or is
    ///     the machine's own
    QemuControl(int socket, boolean accelerated, Origin origin, @Nullable MemoryFile memory) {
        this.socket = socket;
        this.accelerated = accelerated;
        this.origin = origin;
        this.memory = memory;
        this.qmp = new Qmp(socket, System::nanoTime);
    }

    @Override
    public void begin(Duration patience) throws IOException {
        qmp.greet(patience);
        if (accelerated && !answers("query-kvm", "enabled", "true", patience)) {
            throw new IOException("QEMU does not use KVM");
        }
        if (origin instanceof Origin.Copied(var _, var snapshot)) {
            restore(snapshot, patience);
        } else if (origin instanceof Origin.Derived(var snapshot)) {
            restore(snapshot, patience);
        } else if (!answers("query-status", "status", "running", patience)) {
            throw new IOException("the machine does not run");
        }
    }

    private void restore(MachineSnapshot snapshot, Duration patience) throws IOException {
        memoryIsAFile(patience);
        var state = Descriptors.open(snapshot.state().path());
        try {
            qmp.execute("getfd", Map.of("fdname", STATE), state, patience);
        } finally {
            Descriptors.close(state);
        }
        qmp.execute("migrate-incoming", Map.of("uri", "fd:" + STATE), patience);
        awaitMigration(patience);
        if (!answers("query-status", "status", "paused", patience)) {
            throw new RefusedSnapshotException("the machine that was restored does not stand still");
        }
    }

    private void memoryIsAFile(Duration patience) throws IOException {
        var capability = Map.of("capability", "x-ignore-shared", "state", true);
        qmp.execute("migrate-set-capabilities", Map.of("capabilities", List.of(capability)), patience);
    }

    @Override
    public MachineSnapshot snapshot(Duration patience) throws IOException {
        if (memory == null) {
            throw new IOException("the machine was not made for snapshots");
        }
        var size = memory.size();
        qmp.execute("stop", patience);
        memoryIsAFile(patience);
        var state = MemoryFile.ofSize(0);
        try {
            qmp.execute("getfd", Map.of("fdname", STATE), state.fd(), patience);
            qmp.execute("migrate", Map.of("uri", "fd:" + STATE), patience);
            awaitMigration(patience);
            return MachineSnapshot.of(memory, size, state);
        } catch (IOException | RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    private void awaitMigration(Duration patience) throws IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            var status = qmp.execute("query-migrate", patience).getOrDefault("status", "");
            if (status.equals("completed")) {
                return;
            }
            if (status.equals("failed") || status.equals("cancelled")) {
                throw new RefusedSnapshotException("QEMU says of the migration: " + status);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the migration does not end in time");
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
    }

    @Override
    public void putDisk(int place, Disk disk, Duration patience) throws IOException {
        var set = FIRST_SET + place;
        var node = "put" + place;
        qmp.execute("add-fd", Map.of("fdset-id", set), disk.file(), patience);
        var file = Map.of(
                "driver", "file",
                "filename", "/dev/fdset/" + set,
                "locking", "off");
        qmp.execute(
                "blockdev-add",
                Map.of(
                        "driver",
                        "raw",
                        "node-name",
                        node,
                        "read-only",
                        !disk.writable(),
                        "discard",
                        "unmap",
                        "cache",
                        Map.of("direct", disk.direct(), "no-flush", true),
                        "file",
                        file),
                patience);
        qmp.execute(
                "qom-set",
                Map.of("path", "/machine/peripheral/place" + place, "property", "drive", "value", node),
                patience);
    }

    @Override
    public void run(Duration patience) throws IOException {
        qmp.execute("cont", patience);
        if (!answers("query-status", "status", "running", patience)) {
            throw new IOException("the machine does not run");
        }
    }

    private boolean answers(String command, String member, String value, Duration patience) throws IOException {
        return qmp.execute(command, patience).getOrDefault(member, "").equals(value);
    }

    @Override
    public void close() {
        Descriptors.close(socket);
        if (memory != null) {
            memory.close();
        }
    }
}
