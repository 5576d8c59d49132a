package hearth.model.policy;

/// The effect of a statement where it applies.
public enum Effect {
    ALLOW("Allow"),
    DENY("Deny");

    private final String wireName;

    Effect(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
