package hearth.cluster;

import hearth.model.CodeDigest;
import java.nio.channels.FileChannel;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/// Keeps deployment packages, and keeps those from being removed that something refers to or is about to.
interface PackageKeeper extends AutoCloseable {
    HeldBlob put(byte[] zip, CodeDigest digest);

    HeldBlob put(CodeReference reference);

    /// The package's file, to be closed by the caller; empty when it is not kept (any more).
    Optional<FileChannel> channel(CodeDigest digest);

    /// Whether this host has the package's file. Asks nobody.
    boolean isHere(CodeDigest digest);

    /// To be called within each transaction that refers to other packages than before.
    ///
    /// @param gained what its rows refer to, and did not before
    /// @param dropped what they refer to no more; other rows may
    void refer(Session session, Collection<CodeDigest> gained, Collection<CodeDigest> dropped) throws SQLException;

    /// To be called once such a transaction is committed.
    void dropped(Collection<CodeDigest> packages);

    /// Begins to look for packages that are needed no longer, without holding up the start.
    void begin();

    /// Ends that. What was still to be removed is found at the next start.
    @Override
    void close();
}
