package hearth.cluster;

import hearth.model.CodeDigest;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Deployment packages, named by the SHA-256 of what is in them, and references to those that stay in S3.
///
/// A package is where it is kept before the row that refers to it is committed, and stays there as long as one does:
/// as a file of the data folder (`FolderPackages`), or in a bucket that several servers share (`CachedPackages`).
public final class BlobStore implements AutoCloseable {
    private final PackageKeeper keeper;
    private final Database database;

    BlobStore(PackageKeeper keeper, Database database) {
        this.keeper = keeper;
        this.database = database;
    }

    /// Keeps a package for good, and holds it until the answer is closed: time to commit a row that refers to it.
    public HeldBlob put(byte[] zip) {
        return put(zip, digestOf(zip));
    }

    /// Keeps a package whose digest is known already.
    public HeldBlob put(byte[] zip, CodeDigest digest) {
        return keeper.put(zip, digest);
    }

    /// Keeps a reference to a package in S3 instead of the package, and holds it as `put` does.
    public HeldBlob put(CodeReference reference) {
        return keeper.put(reference);
    }

    /// The reference that an id stands for; empty for the digest of a package that is kept.
    public Optional<CodeReference> reference(CodeDigest id) {
        return database.read(session -> ReferenceTable.find(session, id));
    }

    /// The active versions whose own code, not that of a layer, stays in S3.
    public List<ReferringVersion> referring() {
        return database.read(ReferenceTable::users);
    }

    /// The digest that `put` would name this package by.
    public static CodeDigest digestOf(byte[] zip) {
        return CodeDigest.of(sha256().digest(zip));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /// The package's bytes, to be closed by the caller; empty when it is not kept (any more).
    public Optional<InputStream> open(CodeDigest digest) {
        return channel(digest).map(Channels::newInputStream);
    }

    /// The package's file, to be closed by the caller; empty when it is not kept (any more). It may have to be fetched
    /// first.
    ///
    /// @throws PackageUnavailableException when it cannot be fetched at the moment
    public Optional<FileChannel> channel(CodeDigest digest) {
        return keeper.channel(digest);
    }

    /// Whether this host has a package, or a copy of it. Asks nobody, so that it can be told while the database
    /// is away.
    public boolean isHere(CodeDigest digest) {
        return keeper.isHere(digest);
    }

    /// See `PackageKeeper.refer`.
    void refer(Session session, Collection<CodeDigest> gained, Collection<CodeDigest> dropped) throws SQLException {
        keeper.refer(session, gained, dropped);
    }

    /// See `PackageKeeper.dropped`.
    void dropped(Collection<CodeDigest> packages) {
        keeper.dropped(packages);
    }

    /// See `PackageKeeper.begin`.
    void begin() {
        keeper.begin();
    }

    @Override
    public void close() {
        keeper.close();
    }
}
