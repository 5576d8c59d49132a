package hearth.cluster;

import hearth.cluster.PackageRow.State;
import hearth.model.CodeDigest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/// Packages in a bucket: the steps of putting and removing one, of which any may be the last before a crash.
///
/// ```
/// put     row 'arriving', held ─► object ─► row 'stored' ─► (whoever refers to it locks the row)
/// remove  row deleted, if unheld and nothing refers to it ─► object
/// ```
///
/// An object is named by its package's digest and by a number that its row was given, which no other row ever
/// gets. So an object without a row is nobody's and never will be anyone's again, and a removal that comes late,
/// even of a server that is long dead, meets no object that is in use.
final class BucketPackages {
    private static final System.Logger LOG = System.getLogger(BucketPackages.class.getName());

    /// How often putting begins anew when the package was given up meanwhile.
    private static final int MOST_TRIES = 3;

    /// How many packages are looked at in one round of removals.
    private static final int MOST_REMOVED = 500;

    /// How old an object without a row is when it is removed. It would be safe at once; what an operator restores
    /// from an older copy of the database is worth some patience.
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private final PackageLedger ledger;
    private final Bucket bucket;
    private final String folder;

    /// @param folder of this store within the bucket
    BucketPackages(PackageLedger ledger, Bucket bucket, String folder) {
        this.ledger = ledger;
        this.bucket = bucket;
        this.folder = folder + "/";
    }

    /// Puts a package, and holds it: time for a reference to it to be written.
    void put(CodeDigest digest, PackageContent content) throws IOException {
        for (int attempt = 1; attempt <= MOST_TRIES; attempt++) {
            var begun = ledger.begin(digest);
            var key = key(begun.name());
            // Another server may be putting it as well, or have died over it; and what is stored may have been
            // removed by somebody who is none of ours. The same name has the same content.
            if (begun.first() || !bucket.holds(key, content.size())) {
                bucket.put(key, digest, content);
            }
            if (begun.stored() || ledger.finish(begun.name())) {
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "Putting the package {0} took longer than it is held, and begins anew",
                    digest.hex());
        }
        throw new IOException("it was removed each time before it was there");
    }

    /// The package's bytes as the bucket gives them, to be checked and closed by the caller; empty when it is not kept
    /// there (any more).
    Optional<InputStream> open(CodeDigest digest) throws IOException {
        var row = ledger.find(digest).filter(found -> found.state() != State.REFERRED);
        if (row.isEmpty() || row.get().state() == State.ARRIVING) {
            return Optional.empty();
        }
        if (row.get().state() == State.LOCAL) {
            throw new FileNotFoundException(
                    "The package " + digest.hex() + " is not in " + bucket
                            + " yet, but in the data folder of a server that kept packages as files. Start that with --objects");
        }
        var name = row.get().object();
        var content = bucket.open(key(name.orElseThrow()));
        if (content.isPresent()) {
            return content;
        }
        if (!ledger.find(digest).flatMap(PackageRow::object).equals(name)) {
            // Removed between both looks, and perhaps put again: rare enough for whoever wants it to ask again.
            return Optional.empty();
        }
        throw new FileNotFoundException(
                "The package " + digest.hex() + " is not in " + bucket + ", where it must be; somebody removed it");
    }

    /// Removes packages that nobody holds and nothing refers to. While the bucket is away, one object stays for
    /// the sweep at most.
    ///
    /// @return whether there may be more
    boolean removeUnused() throws IOException {
        var unheld = ledger.unheld(MOST_REMOVED);
        for (var digest : unheld) {
            var object = ledger.giveUp(digest);
            if (object.isPresent()) {
                bucket.delete(key(object.get()));
            }
        }
        return unheld.size() == MOST_REMOVED;
    }

    /// Removes objects that are nobody's: what a crash left between two steps, and what came late.
    void sweep() throws IOException {
        bucket.forEach(folder, (key, age) -> {
            var name = ObjectName.parse(key.substring(folder.length()));
            if (name.isPresent() && age.compareTo(FORGOTTEN) > 0 && !ledger.isKnown(name.get())) {
                LOG.log(Level.INFO, "{0} in {1} is nobody''s and is removed", key, bucket);
                bucket.delete(key);
            }
        });
    }

    private String key(ObjectName name) {
        return folder + name.key();
    }
}
