package hearth.cluster;

import hearth.model.CodeDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// What the `packages` table says of one package.
///
/// @param incarnation of its object; 0 while it has none
/// @param heldUntil by the database's clock, in seconds; empty when something referred to it when it was looked at last
record PackageRow(CodeDigest digest, long incarnation, State state, OptionalLong heldUntil) {
    enum State {
        /// Somebody puts it into the bucket, or has given up to. Nothing may refer to it.
        ARRIVING,
        /// In the bucket.
        STORED,
        /// In use, and in the folder of a server that had no bucket; it comes into the bucket by and by.
        LOCAL,
        /// In the S3 of whoever brought it: a `CodeReference`.
        REFERRED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /// The object that it has in the bucket, or gets there.
    Optional<ObjectName> object() {
        return incarnation == 0 ? Optional.empty() : Optional.of(new ObjectName(digest, incarnation));
    }
}
