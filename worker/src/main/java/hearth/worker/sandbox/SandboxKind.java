package hearth.worker.sandbox;

/// How a sandbox isolates, strongest first.
public enum SandboxKind {
    /// Namespaces, cgroups and a uid of its own, made by Hearth's launcher as root.
    NAMESPACES("namespaces"),
    /// Namespaces made by bubblewrap without root: no limits on memory and CPU, the host's network.
    BUBBLEWRAP("bubblewrap"),
    /// A plain process of the server's own user: no isolation at all.
    PROCESS("process");

    private final String label;

    SandboxKind(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
