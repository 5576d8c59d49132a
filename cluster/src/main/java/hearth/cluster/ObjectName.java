package hearth.cluster;

import hearth.model.CodeDigest;
import java.util.Optional;

/// The name of a package's object in the bucket: its digest, and which of the objects that this digest ever had it is.
///
/// @param incarnation more than 0; no two objects of a store ever have the same
record ObjectName(CodeDigest digest, long incarnation) {
    String key() {
        return digest.hex() + "/" + incarnation;
    }

    /// The name that a key was made of; empty for what is none of ours.
    static Optional<ObjectName> parse(String key) {
        int slash = key.indexOf('/');
        if (slash < 0
                || !CodeDigest.isValid(key.substring(0, slash))
                || !key.substring(slash + 1).matches("[1-9][0-9]{0,17}")) {
            return Optional.empty();
        }
        return Optional.of(
                new ObjectName(new CodeDigest(key.substring(0, slash)), Long.parseLong(key.substring(slash + 1))));
    }
}
