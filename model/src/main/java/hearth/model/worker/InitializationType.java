package hearth.model.worker;

/// Why an environment is initialised; `AWS_LAMBDA_INITIALIZATION_TYPE` to the function.
public enum InitializationType {
    ON_DEMAND("on-demand"),
    PROVISIONED_CONCURRENCY("provisioned-concurrency"),
    SNAP_START("snap-start");

    private final String wireName;

    InitializationType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
