package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.microvm.Qmp;
import java.io.IOException;
import java.time.Duration;

/// QEMU's monitor of one machine, by its protocol. Its machines run from their start.
final class QemuControl implements MachineControl {
    private final int socket;
    private final boolean accelerated;
    private final Qmp qmp;

    /// @param socket our end, which this closes
    /// @param accelerated whether the machine is to run on KVM
    QemuControl(int socket, boolean accelerated) {
        this.socket = socket;
        this.accelerated = accelerated;
        this.qmp = new Qmp(socket, System::nanoTime);
    }

    @Override
    public void begin(Duration patience) throws IOException {
        qmp.greet(patience);
        if (!answers("query-status", "status", "running", patience)) {
            throw new IOException("the machine does not run");
        }
        if (accelerated && !answers("query-kvm", "enabled", "true", patience)) {
            throw new IOException("QEMU does not use KVM");
        }
    }

    private boolean answers(String command, String member, String value, Duration patience) throws IOException {
        return qmp.execute(command, patience).getOrDefault(member, "").equals(value);
    }

    @Override
    public void close() {
        Descriptors.close(socket);
    }
}
