package hearth.cluster;

import hearth.cluster.PackageRow.State;
import hearth.model.CodeDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// What all servers of a store know of the packages in its bucket, and the only thing that keeps one from being
/// removed: rows, each changed by one transaction.
///
/// A package may be referred to only by a transaction that has locked its row, and its row is deleted only by one that
/// has locked it and found no reference. So it does not matter for safety when anything happens, nor what any
/// clock says: that a package is held for a while only spares its owner from putting it twice.
final class PackageLedger {
    private final Transactions transactions;
    private final StoreTime time;
    private final Duration hold;
    private final Duration removalDelay;
    private final Duration enough;

    /// @param hold how long a package stays that was put, for a reference to it to be written
    /// @param removalDelay how long it outlives the last reference to it
    PackageLedger(Transactions transactions, StoreTime time, Duration hold, Duration removalDelay) {
        this.transactions = transactions;
        this.time = time;
        this.hold = hold;
        this.removalDelay = removalDelay;
        this.enough = hold.dividedBy(12);
    }

    /// A package that is about to be put.
    ///
    /// @param name of its object
    /// @param stored whether it is there already
    /// @param first whether nobody has begun before to put it under this name
    record Begun(ObjectName name, boolean stored, boolean first) {}

    Optional<PackageRow> find(CodeDigest digest) {
        return transactions.read(session -> PackageTable.find(session, digest));
    }

    /// Holds a package that is about to be put, before anything of it is in the bucket. One that is stored, and stays
    /// long enough in any case, costs no write.
    Begun begin(CodeDigest digest) {
        var there = transactions.read(session -> {
            long now = time.now(session);
            return PackageTable.find(session, digest)
                    .filter(row -> row.state() == State.STORED && staysFor(row, now) >= enough.toSeconds());
        });
        if (there.isPresent()) {
            return new Begun(there.get().object().orElseThrow(), true, false);
        }
        return transactions.write(session -> {
            // This locks the row, so that what is read of it then is true until the commit.
            PackageTable.hold(session, digest, State.ARRIVING, heldFromNow(session));
            var row = PackageTable.find(session, digest).orElseThrow();
            var name = row.object();
            if (name.isPresent()) {
                return new Begun(name.get(), row.state() == State.STORED, false);
            }
            var first = new ObjectName(digest, PackageTable.nextIncarnation(session));
            PackageTable.name(session, first);
            return new Begun(first, false, true);
        });
    }

    /// For how many seconds more the package stays, whatever becomes of what refers to it now.
    private long staysFor(PackageRow row, long now) {
        return row.heldUntil().isPresent() ? row.heldUntil().getAsLong() - now : removalDelay.toSeconds();
    }

    /// Notes that an object is in the bucket as a whole. False when its package was given up meanwhile: then it is
    /// nobody's, and putting begins anew.
    boolean finish(ObjectName name) {
        return transactions.write(session -> PackageTable.stored(session, name, heldFromNow(session)));
    }

    /// Keeps a reference to a package that stays where it is, and holds it.
    void hold(CodeReference reference) {
        transactions.write(session -> {
            ReferenceTable.put(session, reference);
            PackageTable.hold(session, reference.id(), State.REFERRED, heldFromNow(session));
            return reference;
        });
    }

    private long heldFromNow(Session session) throws SQLException {
        return time.now(session) + hold.toSeconds();
    }

    /// To be called by each transaction that refers to packages which its rows have not referred to before, or
    /// refers no more to some.
    ///
    /// @throws PackageUnavailableException when one of them was removed, or never put: nothing may refer to it
    void refer(Session session, Collection<CodeDigest> gained, Collection<CodeDigest> dropped) throws SQLException {
        // In one order, so that no two transactions wait for each other.
        for (var digest : sorted(gained)) {
            if (!PackageTable.lock(session, digest)) {
                throw new PackageUnavailableException("The deployment package " + digest.hex()
                        + " is not kept any more: it took too long until something referred to it. Send it again.");
            }
        }
        if (!dropped.isEmpty()) {
            long later = time.now(session) + removalDelay.toSeconds();
            for (var digest : sorted(dropped)) {
                PackageTable.lookAgain(session, digest, later);
            }
        }
    }

    private static Collection<CodeDigest> sorted(Collection<CodeDigest> digests) {
        var sorted = new TreeSet<CodeDigest>((one, other) -> one.hex().compareTo(other.hex()));
        sorted.addAll(digests);
        return sorted;
    }

    /// Packages that nobody holds any more, and that something may refer to or not.
    List<CodeDigest> unheld(int most) {
        return transactions.read(session -> PackageTable.unheld(session, time.now(session), most));
    }

    /// Gives a package up that nobody holds and nothing refers to.
    ///
    /// @return its object, which is nobody's from now on; empty when there is none, or the package stays
    Optional<ObjectName> giveUp(CodeDigest digest) {
        return transactions.write(session -> {
            if (!PackageTable.lockUnheld(session, digest, time.now(session))) {
                return Optional.empty();
            }
            // Only now: what another server has committed before this has the lock is seen by a statement of its own.
            if (FunctionPages.isReferenced(session, digest)) {
                PackageTable.settle(session, digest);
                return Optional.empty();
            }
            var row = PackageTable.find(session, digest);
            PackageTable.delete(session, digest);
            ReferenceTable.delete(session, digest);
            return row.flatMap(PackageRow::object);
        });
    }

    /// Whether an object is that of a package.
    boolean isKnown(ObjectName name) {
        return find(name.digest())
                .flatMap(PackageRow::object)
                .filter(name::equals)
                .isPresent();
    }

    /// Takes over what a server without a bucket has kept: from now on each package in use has a row.
    void adopt() {
        transactions.write(session -> {
            PackageTable.adopt(session);
            return true;
        });
    }

    /// Has packages looked at that a server without a bucket has left.
    void findForgotten() {
        transactions.write(session -> {
            PackageTable.findForgotten(session, time.now(session) + removalDelay.toSeconds());
            return true;
        });
    }

    /// Packages that are in some server's folder, and not in the bucket yet.
    List<CodeDigest> local() {
        return transactions.read(session -> PackageTable.in(session, State.LOCAL));
    }
}
