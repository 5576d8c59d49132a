package hearth.model;

/// The kinds of functions that Hearth keeps but cannot run.
public enum UnsupportedKind {
    CONTAINER_IMAGE("functions from container images (PackageType Image)"),
    TENANT_ISOLATION("functions with tenant isolation (TenancyConfig)");

    private final String functions;

    UnsupportedKind(String functions) {
        this.functions = functions;
    }

    /// Such functions, in words for their users.
    public String functions() {
        return functions;
    }
}
