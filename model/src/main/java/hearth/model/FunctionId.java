package hearth.model;

/// A function of one account in one region. Its versions and aliases are told apart by a qualifier.
public record FunctionId(AccountId account, Region region, String name) {
    public static final String LATEST = "$LATEST";

    /// The unqualified ARN.
    public String arn() {
        return "arn:" + region.partition() + ":lambda:" + region + ":" + account + ":function:" + name;
    }

    public String arn(String qualifier) {
        return arn() + ":" + qualifier;
    }

    @Override
    public String toString() {
        return arn();
    }
}
