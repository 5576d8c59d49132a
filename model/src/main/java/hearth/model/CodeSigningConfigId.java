package hearth.model;

/// A code signing configuration of one account in one region.
///
/// @param id `csc-` and 17 letters and digits
public record CodeSigningConfigId(AccountId account, Region region, String id) {
    public String arn() {
        return "arn:" + region.partition() + ":lambda:" + region + ":" + account + ":code-signing-config:" + id;
    }

    @Override
    public String toString() {
        return arn();
    }
}
