package hearth.worker.sandbox;

import java.util.List;

/// How a sandbox isolates.
public enum SandboxKind {
    /// Namespaces, cgroups and a uid of its own, made by Hearth's launcher as root.
    NAMESPACES("namespaces", ""),
    /// Namespaces made by bubblewrap without root: no limits on memory and CPU, the host's network.
    BUBBLEWRAP(
            "bubblewrap",
            "memory, CPU and processes of functions have no limits, and functions reach whatever this host reaches,"
                    + " its loopback too"),
    /// A plain process of the server's own user: no isolation at all.
    PROCESS(
            "process",
            "functions run as the server's own user and see its files and processes; their memory, CPU and processes"
                    + " have no limits, and they reach whatever this host reaches, its loopback too"),
    /// A virtual machine with a kernel of its own for each, whose monitor is confined as functions are in
    /// namespaces. Only for who asks for it.
    MICROVM("microvm", "");

    /// Those that a server chooses from by itself, strongest first.
    static final List<SandboxKind> AUTOMATIC = List.of(NAMESPACES, BUBBLEWRAP, PROCESS);

    private final String label;
    private final String missing;

    SandboxKind(String label, String missing) {
        this.label = label;
        this.missing = missing;
    }

    /// What functions are not kept from, in words for users; empty for nothing.
    public String missing() {
        return missing;
    }

    public String label() {
        return label;
    }
}
