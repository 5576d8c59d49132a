package hearth.cluster;

import static hearth.cluster.Samples.id;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.api.FunctionCodeLocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/// Servers over one database and one bucket. Each transaction and each request of the bucket is a step, and so is the
/// moment after it; steps are taken one at a time, in the order that a test chooses.
///
/// A server may die between any two of its steps. A request that it had sent then may still arrive, much later.
final class PackageWorld implements AutoCloseable {
    static final Duration HOLD = Duration.ofHours(1);
    static final Duration REMOVAL_DELAY = Duration.ofMinutes(10);

    private static final FunctionCodeLocation ZIP =
            FunctionCodeLocation.builder().repositoryType("S3").build();

    /// What a test decides.
    interface Choice {
        /// @return less than that
        int of(int count);

        /// Whether something goes wrong here, in one of several ways.
        ///
        /// @return 0 for nothing
        default int fault(int ways) {
            return 0;
        }
    }

    /// Thrown where a server dies.
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    /// What a server does.
    interface Act {
        void run(BucketPackages packages, PackageLedger ledger) throws IOException;
    }

    private static final class Actor {
        final String name;
        final Semaphore turn = new Semaphore(0);
        boolean done;
        boolean dead;
        /// The effect of the request that it has sent and not seen arrive.
        @Nullable
        Runnable sent;

        Actor(String name) {
            this.name = name;
        }
    }

    private record Kept(byte[] content, long since) {}

    private final Session session;
    private final Transactions transactions = new Steps();
    private final Bucket bucket = new Requests();
    private final PackageLedger ledger;
    private final BucketPackages packages;

    private final Map<String, Kept> objects = new TreeMap<>();
    private final List<Runnable> late = new ArrayList<>();
    private final List<Actor> actors = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final List<Throwable> defects = new ArrayList<>();
    private final Semaphore stepped = new Semaphore(0);
    private @Nullable Actor current;
    private Choice choice = _ -> 0;

    /// By the database's clock and the bucket's, in seconds.
    private long databaseTime;

    private long bucketTime;

    PackageWorld() throws SQLException, IOException {
        var connection = JDBC.createConnection("jdbc:sqlite::memory:", new Properties());
        Schema.STORE.bringUpToDate(new SqliteSchemaTarget(connection));
        session = new Session(connection, SqliteDialect.INSTANCE);
        ledger = new PackageLedger(transactions, _ -> databaseTime, HOLD, REMOVAL_DELAY);
        packages = new BucketPackages(ledger, bucket, "store");
        clear();
    }

    /// Begins anew with nothing.
    void clear() throws SQLException {
        for (var table : List.of("functions", "packages", "code_references", "function_layers")) {
            session.execute("DELETE FROM " + table);
        }
        objects.clear();
        late.clear();
        actors.clear();
        log.clear();
        defects.clear();
        databaseTime = 1_800_000_000L;
        // An hour off.
        bucketTime = databaseTime - 3_600;
    }

    static byte[] zip(int number) {
        return ("PK " + number).getBytes(StandardCharsets.UTF_8);
    }

    static CodeDigest digest(int number) {
        return BlobStore.digestOf(zip(number));
    }

    /// Puts a package and has a function run it.
    static Act deploy(Transactions transactions, String function, int number) {
        return (packages, ledger) -> {
            packages.put(digest(number), PackageContent.of(zip(number)));
            transactions.write(session -> {
                var edit = new FunctionEdit(session, id(function));
                var before = edit.function();
                var after = function(function, number);
                if (before.isPresent()) {
                    edit.put(before.get().withLatest(after.latest()));
                } else {
                    edit.create(after);
                }
                ledger.refer(session, edit.gained(), edit.dropped());
                return true;
            });
        };
    }

    static Act delete(Transactions transactions, String function) {
        return (_, ledger) -> transactions.write(session -> {
            var edit = new FunctionEdit(session, id(function));
            edit.delete();
            ledger.refer(session, edit.gained(), edit.dropped());
            return true;
        });
    }

    private static FunctionRecord function(String name, int number) {
        var latest =
                new VersionRecord(Samples.configuration(name, FunctionId.LATEST), digest(number), 1, ZIP, List.of());
        return FunctionRecord.created(id(name), latest, Map.of());
    }

    Transactions transactions() {
        return transactions;
    }

    /// Does it at once, while nobody else does anything.
    void now(Act act) throws IOException {
        act.run(packages, ledger);
    }

    /// Has a server begin with this, when its turn comes.
    void begin(String name, Act act) {
        var actor = new Actor(name);
        actors.add(actor);
        var _ = Thread.ofVirtual().start(() -> {
            actor.turn.acquireUninterruptibly();
            try {
                if (!actor.dead) {
                    act.run(packages, ledger);
                }
            } catch (IOException | PackageUnavailableException | StoreException e) {
                log.add(name + " gives up: " + e.getMessage());
            } catch (Death e) {
                log.add(name + " dies");
            } catch (RuntimeException | Error e) {
                defects.add(e);
            }
            actor.done = true;
            stepped.release();
        });
    }

    void passes(Duration time) {
        databaseTime += time.toSeconds();
        bucketTime += time.toSeconds();
    }

    /// The database is another host's from now on.
    void databaseClockIsSet(Duration by) {
        databaseTime += by.toSeconds();
    }

    boolean isAtRest() {
        return actors.stream().allMatch(actor -> actor.done);
    }

    /// Takes one step, of a server or of a request that is late.
    ///
    /// @param mayDie whether a server may die instead
    /// @return whether one died
    boolean step(Choice next, boolean mayDie) {
        choice = next;
        var living = actors.stream().filter(actor -> !actor.done).toList();
        int ways = living.size() * (mayDie ? 2 : 1) + late.size();
        int chosen = next.of(ways);
        if (chosen < living.size()) {
            turn(living.get(chosen));
            return false;
        }
        chosen -= living.size();
        if (chosen < late.size()) {
            log.add("a request arrives late");
            late.remove(chosen).run();
            return false;
        }
        var dying = living.get(chosen - late.size());
        dying.dead = true;
        if (dying.sent != null) {
            late.add(dying.sent);
        }
        turn(dying);
        return true;
    }

    private void turn(Actor actor) {
        current = actor;
        actor.turn.release();
        stepped.acquireUninterruptibly();
        current = null;
    }

    /// Lets others go first. Outside of any server's acts there are none.
    private void pause(String before, @Nullable Runnable sent) {
        var actor = current;
        if (actor == null) {
            return;
        }
        log.add(actor.name + ": " + before);
        actor.sent = sent;
        stepped.release();
        actor.turn.acquireUninterruptibly();
        if (actor.dead) {
            throw new Death();
        }
        actor.sent = null;
    }

    /// Each package that a function refers to must be in the bucket.
    void check() throws SQLException {
        if (!defects.isEmpty()) {
            throw new AssertionError("A defect after " + String.join("\n", log), defects.getFirst());
        }
        for (var digest : referred()) {
            var row = PackageTable.find(session, digest);
            var kept = row.flatMap(PackageRow::object)
                    .map(name -> objects.get("store/" + name.key()))
                    .map(object -> BlobStore.digestOf(object.content()));
            if (row.isEmpty() || row.get().state() != PackageRow.State.STORED || !kept.equals(Optional.of(digest))) {
                throw new AssertionError("A function has lost its package, of which there is " + row + " after\n"
                        + String.join("\n", log));
            }
        }
    }

    /// Once all is done and days have passed, nothing is left but what is referred to.
    void checkNothingIsLeft() throws SQLException, IOException {
        choice = _ -> 0;
        late.forEach(Runnable::run);
        late.clear();
        for (int round = 0; round < 3; round++) {
            passes(Duration.ofDays(2));
            packages.removeUnused();
            packages.sweep();
        }
        check();
        var referred = referred();
        var rows = new TreeSet<String>();
        try (var found = session.prepare("SELECT digest FROM packages").executeQuery()) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        var kept = objects.values().stream()
                .map(object -> BlobStore.digestOf(object.content()))
                .toList();
        if (rows.size() != referred.size() || kept.size() != referred.size() || !referred.containsAll(kept)) {
            throw new AssertionError("Referred to are " + referred + ", rows are " + rows + ", objects are "
                    + objects.keySet() + " after\n" + String.join("\n", log));
        }
    }

    private List<CodeDigest> referred() throws SQLException {
        try (var rows =
                session.prepare("SELECT DISTINCT code_digest FROM functions").executeQuery()) {
            var found = new ArrayList<CodeDigest>();
            while (rows.next()) {
                found.add(new CodeDigest(rows.getString(1)));
            }
            return found;
        }
    }

    /// What the bucket has.
    List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    /// Transactions of servers, each a step.
    private final class Steps implements Transactions {
        @Override
        public <T> T read(Transaction<T> transaction) {
            pause("reads", null);
            return run(transaction);
        }

        @Override
        public <T> T write(Transaction<T> transaction) {
            pause("writes", null);
            int fault = current == null ? 0 : choice.fault(2);
            if (fault == 1) {
                throw new StoreException("The database is away", new IOException());
            }
            var result = run(transaction);
            if (fault == 2) {
                throw new StoreException("The answer to a commit was lost", new IOException());
            }
            return result;
        }

        private <T> T run(Transaction<T> transaction) {
            try {
                session.execute("BEGIN IMMEDIATE");
                try {
                    var result = transaction.run(session);
                    session.execute("COMMIT");
                    return result;
                } catch (SQLException | RuntimeException e) {
                    session.execute("ROLLBACK");
                    throw e;
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// Requests of the bucket. Each arrives in one step and is answered in the next.
    private final class Requests implements Bucket {
        private void send(String what, Runnable effect) throws IOException {
            pause(what, effect);
            int fault = current == null ? 0 : choice.fault(3);
            if (fault == 1) {
                throw new IOException("The bucket is away");
            }
            if (fault == 2) {
                late.add(effect);
                throw new IOException("The bucket takes too long");
            }
            effect.run();
            pause("has had its answer to " + what, null);
            if (fault == 3) {
                throw new IOException("The answer was lost");
            }
        }

        @Override
        public void put(String key, CodeDigest digest, PackageContent content) throws IOException {
            byte[] bytes;
            try (var in = content.open()) {
                bytes = in.readAllBytes();
            }
            send("puts " + key, () -> objects.put(key, new Kept(bytes, bucketTime)));
        }

        @Override
        public boolean holds(String key, long size) throws IOException {
            pause("asks for " + key, null);
            var found = objects.get(key);
            return found != null && found.content().length == size;
        }

        @Override
        public Optional<InputStream> open(String key) {
            pause("gets " + key, null);
            return Optional.ofNullable(objects.get(key)).map(found -> new ByteArrayInputStream(found.content()));
        }

        @Override
        public void delete(String key) throws IOException {
            send("deletes " + key, () -> objects.remove(key));
        }

        @Override
        public void forEach(String prefix, Visitor visitor) throws IOException {
            pause("lists", null);
            for (var entry : List.copyOf(objects.entrySet())) {
                if (entry.getKey().startsWith(prefix)) {
                    visitor.visit(
                            entry.getKey(),
                            Duration.ofSeconds(bucketTime - entry.getValue().since()));
                }
            }
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return "s3://simulated";
        }
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
