package hearth.worker.microvm;

import java.util.List;

/// What carries the streams between a machine's pid 1 and the server (`guest/microvm/control.c`).
public enum GuestStreams {
    /// Ports of virtio-serial, which QEMU has.
    PORTS,
    /// Connections of vsock, which Firecracker has; and it has a source of random numbers besides.
    VSOCK;

    /// The kernel's modules that they need, in the order in which they are loaded.
    List<String> modules() {
        return switch (this) {
            case PORTS -> List.of("virtio_console");
            case VSOCK ->
                List.of("vsock", "vmw_vsock_virtio_transport_common", "vmw_vsock_virtio_transport", "virtio_rng");
        };
    }
}
