package hearth.model;

/// A layer of one account in one region. Its versions are numbered.
public record LayerId(AccountId account, Region region, String name) {
    public String arn() {
        return "arn:" + region.partition() + ":lambda:" + region + ":" + account + ":layer:" + name;
    }

    public LayerVersionId version(long number) {
        return new LayerVersionId(this, number);
    }

    @Override
    public String toString() {
        return arn();
    }
}
