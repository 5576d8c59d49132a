package hearth.model;

/// Why Hearth keeps a function but cannot run it: the kind of function that it is.
public enum Obstacle {
    CONTAINER_IMAGE("functions from container images (PackageType Image)"),
    TENANT_ISOLATION("functions with tenant isolation (TenancyConfig)");

    private final String functions;

    Obstacle(String functions) {
        this.functions = functions;
    }

    /// Such functions, in words for their users.
    public String functions() {
        return functions;
    }
}
