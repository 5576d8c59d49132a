package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/// A place in an object store, such as S3. An object is there as a whole or not at all; what was put is seen by whoever
/// asks after that. Each method tries again by itself for a while before it throws.
public interface Bucket extends AutoCloseable {
    /// Puts an object in the place of what is there by this key, if anything is.
    ///
    /// @param digest of the content, which the store is to check if it can
    void put(String key, CodeDigest digest, PackageContent content) throws IOException;

    /// Whether there is an object of this key and size.
    boolean holds(String key, long size) throws IOException;

    /// The object's content, to be closed by the caller; empty when there is none. It may end early, without an error.
    Optional<InputStream> open(String key) throws IOException;

    /// Removes an object, if it is there.
    void delete(String key) throws IOException;

    /// Shows each object whose key begins so.
    void forEach(String prefix, Visitor visitor) throws IOException;

    /// Whoever looks at objects.
    @FunctionalInterface
    interface Visitor {
        /// @param age since it was put, by the clock of the object store
        void visit(String key, Duration age) throws IOException;
    }

    @Override
    void close();

    /// The address, for messages: `s3://BUCKET/PREFIX`.
    @Override
    String toString();
}
