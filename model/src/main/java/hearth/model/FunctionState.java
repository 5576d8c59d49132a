package hearth.model;

/// `State` of a function version, as the API spells it.
public enum FunctionState {
    PENDING("Pending"),
    ACTIVE("Active"),
    INACTIVE("Inactive"),
    FAILED("Failed");

    private final String wireName;

    FunctionState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
