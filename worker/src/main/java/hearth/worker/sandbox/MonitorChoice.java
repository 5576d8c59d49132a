package hearth.worker.sandbox;

import hearth.worker.microvm.MonitorKind;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Chooses the monitor of microVMs: the one that is asked for; otherwise Firecracker where this host has it, its jailer
/// and KVM, and QEMU where not.
final class MonitorChoice {
    private static final Logger log = System.getLogger(MonitorChoice.class.getName());

    private MonitorChoice() {}

    static MachineMonitor make(MachineMonitor.Parts parts) throws IOException, SandboxException {
        var only = parts.config().microvm().only();
        var monitor = only.isPresent() ? only(only.get(), parts) : any(parts);
        log.log(Level.INFO, "microVMs run on {0}", monitor.name());
        return monitor;
    }

    private static MachineMonitor only(MonitorKind kind, MachineMonitor.Parts parts)
            throws IOException, SandboxException {
        try {
            return switch (kind) {
                case FIRECRACKER -> FirecrackerMonitor.make(parts);
                case QEMU -> QemuMonitor.make(parts);
            };
        } catch (IOException e) {
            throw new IOException(
                    "microVMs are to run on %s, which is not possible: %s".formatted(kind.label(), e.getMessage()), e);
        }
    }

    private static MachineMonitor any(MachineMonitor.Parts parts) throws IOException, SandboxException {
        try {
            return FirecrackerMonitor.make(parts);
        } catch (IOException e) {
            log.log(Level.INFO, "microVMs do not run on Firecracker: {0}", e.getMessage());
            return QemuMonitor.make(parts);
        }
    }
}
