package hearth.model;

/// An AWS region, such as `us-east-1`. Any well-formed name is served; each keeps its functions apart.
public record Region(String value) {
    /// `aws`, `aws-cn` or `aws-us-gov`: the first part of an ARN after `arn:`.
    public String partition() {
        if (value.startsWith("cn-")) {
            return "aws-cn";
        }
        return value.startsWith("us-gov-") ? "aws-us-gov" : "aws";
    }

    @Override
    public String toString() {
        return value;
    }
}
