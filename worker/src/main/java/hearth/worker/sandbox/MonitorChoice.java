package hearth.worker.sandbox;

import hearth.worker.microvm.Firecracker;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.microvm.MonitorKind;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/// The monitors of microVMs that a server may use: the one that is asked for; otherwise Firecracker where this host has
/// it, its jailer and KVM, and QEMU where not, or where no machine of Firecracker comes up.
final class MonitorChoice {
    private static final Logger log = System.getLogger(MonitorChoice.class.getName());

    private MonitorChoice() {}

    /// In the order in which they are tried.
    static List<MonitorKind> kinds(MicrovmConfig config) {
        return config.only().map(List::of).orElseGet(() -> ofThisHost(config));
    }

    private static List<MonitorKind> ofThisHost(MicrovmConfig config) {
        try {
            Firecracker.find(config);
            Firecracker.requireKvm();
            return List.of(MonitorKind.FIRECRACKER, MonitorKind.QEMU);
        } catch (IOException e) {
            log.log(Level.INFO, "microVMs do not run on Firecracker: {0}", e.getMessage());
            return List.of(MonitorKind.QEMU);
        }
    }

    static MachineMonitor.Making making(MonitorKind kind) {
        return switch (kind) {
            case FIRECRACKER -> FirecrackerMonitor::make;
            case QEMU -> QemuMonitor::make;
        };
    }
}
