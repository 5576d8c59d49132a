package hearth.worker.microvm;

import java.util.Arrays;
import java.util.Optional;

/// The monitors of microVMs.
public enum MonitorKind {
    FIRECRACKER("firecracker"),
    QEMU("qemu");

    private final String label;

    MonitorKind(String label) {
        this.label = label;
    }

    /// As users write it.
    public String label() {
        return label;
    }

    public static Optional<MonitorKind> of(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }
}
