package hearth.control.code;

/// Where objects of S3 are fetched from.
@FunctionalInterface
public interface ObjectStore {
    /// Nobody said where S3 is.
    ObjectStore NONE = (_, _) -> new Answer.NotConfigured();

    /// Blocks until the object is there, or will not be.
    ///
    /// @param limit that the object must be smaller than, in bytes
    Answer get(S3Object object, long limit);

    /// What came of it.
    sealed interface Answer {
        record Found(byte[] content) implements Answer {}

        /// S3's own refusal.
        record Refused(String code, String message) implements Answer {}

        record TooLarge() implements Answer {}

        /// No answer of S3's came, or none to the end.
        record Unreachable(String why) implements Answer {}

        record NotConfigured() implements Answer {}
    }
}
