package hearth.control.code;

import org.jspecify.annotations.Nullable;

/// The source of objects of S3.
@FunctionalInterface
public interface ObjectStore {
    /// The store of a server that was not told where S3 is.
    ObjectStore NONE = (_, _) -> new Answer.NotConfigured();

    /// Blocks until the object is there, or will not be.
    ///
    /// @param limit that the object must be smaller than, in bytes
    Answer get(S3Object object, long limit);

    /// Asks whether an object can be read: what holds more than nothing is too large for this, and is there.
    default Answer look(S3Object object) {
        return get(object, 1);
    }

    /// The outcome of fetching an object.
    sealed interface Answer {
        /// @param version of the object; null where its bucket keeps none
        /// @param release to be run once the content is not needed any more: until then its memory counts
        record Found(byte[] content, @Nullable String version, Runnable release) implements Answer {
            public Found(byte[] content, @Nullable String version) {
                this(content, version, () -> {});
            }
        }

        /// S3's own refusal.
        record Refused(String code, String message) implements Answer {}

        record TooLarge() implements Answer {}

        /// No answer of S3's came, or none to the end.
        record Unreachable(String why) implements Answer {}

        record NotConfigured() implements Answer {}
    }
}
