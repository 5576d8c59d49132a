package hearth.model.worker;

/// The name of a process that takes invocations and gives environments to them: a member of the cluster. A worker
/// may be in the same process or in one of its own, and knows several.
public record MemberId(String value) {
    /// That of a process which is alone.
    public static final MemberId ALONE = new MemberId("local");

    @Override
    public String toString() {
        return value;
    }
}
