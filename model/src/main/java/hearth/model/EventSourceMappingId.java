package hearth.model;

/// An event source mapping of one account in one region.
public record EventSourceMappingId(AccountId account, Region region, String uuid) {
    public String arn() {
        return "arn:" + region.partition() + ":lambda:" + region + ":" + account + ":event-source-mapping:" + uuid;
    }

    @Override
    public String toString() {
        return arn();
    }
}
