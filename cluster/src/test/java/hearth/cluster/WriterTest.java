package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.DiskFull;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriterTest {
    @TempDir
    private Path folder;

    private Database database;

    @BeforeEach
    void open() throws Exception {
        database = EmbeddedDatabase.open(folder.resolve("test.db"), Schema.STORE, "test-writer");
        database.write(session -> session.execute("CREATE TABLE numbers (number BIGINT PRIMARY KEY)"));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void undoesAFailingWriteAloneAmongThoseThatItWasSubmittedWith() throws Exception {
        var blocked = new CountDownLatch(1);
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            // The first occupies the writer, so that all the others wait and go into one commit.
            tasks.execute(() -> database.write(_ -> {
                awaitQuietly(blocked);
                return 0;
            }));
            var writes = new ArrayList<Future<Integer>>();
            for (int number = 0; number < 50; number++) {
                int mine = number;
                writes.add(tasks.submit(() -> database.write(session -> {
                    int rows = insert(session, mine);
                    if (mine % 10 == 3) {
                        throw new IllegalArgumentException("refused " + mine);
                    }
                    return rows;
                })));
            }
            blocked.countDown();

            for (int number = 0; number < 50; number++) {
                var write = writes.get(number);
                if (number % 10 == 3) {
                    assertThatThrownBy(write::get).hasRootCauseMessage("refused " + number);
                } else {
                    assertThat(write.get()).isEqualTo(1);
                }
            }
        }
        assertThat(numbers()).hasSize(45).doesNotContain(3L, 13L, 23L, 33L, 43L);
    }

    @Test
    void reportsTheEnginesRefusalToItsSubmitterOnly() {
        database.write(session -> insert(session, 1));

        assertThatThrownBy(() -> database.write(session -> insert(session, 1))).isInstanceOf(StoreException.class);
        database.write(session -> insert(session, 2));

        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void goesOnWhenThereIsRoomAgain() {
        long pages = number("PRAGMA page_count");
        database.write(session -> number(session, "PRAGMA max_page_count = " + pages));
        int kept = 0;
        while (kept < 10_000 && isWritten(kept)) {
            kept++;
        }
        assertThatThrownBy(() -> database.write(session -> insert(session, 20_000)))
                .isInstanceOf(StoreException.class)
                .satisfies(full -> assertThat(DiskFull.isCauseOf(full)).isTrue());

        database.write(session -> number(session, "PRAGMA max_page_count = 1000000"));
        database.write(session -> insert(session, 20_001));

        assertThat(numbers()).hasSize(kept + 1).contains(20_001L);
    }

    private boolean isWritten(int number) {
        try {
            database.write(session -> insert(session, number));
            return true;
        } catch (StoreException full) {
            return false;
        }
    }

    /// As it does when the disk is full in the middle of a transaction.
    @Test
    void goesOnAfterTheEngineHasUndoneAWholeGroup() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> database.write(session -> {
                        insert(session, 1);
                        session.execute("ROLLBACK");
                        throw new SQLException("as told");
                    }))
                    .isInstanceOf(StoreException.class)
                    .hasRootCauseMessage("as told");
        }

        database.write(session -> insert(session, 2));
        assertThatThrownBy(() -> database.write(session -> {
                    insert(session, 3);
                    throw new IllegalArgumentException("refused");
                }))
                .hasMessage("refused");

        assertThat(numbers()).containsExactly(2L);
    }

    @Test
    void goesOnAfterAnotherProgramHeldTheLockForTooLong() throws Exception {
        database.write(session -> number(session, "PRAGMA busy_timeout = 10"));
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
                var statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> database.write(session -> insert(session, 1)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("locked");
            statement.executeUpdate("ROLLBACK");
        }

        database.write(session -> insert(session, 2));

        assertThat(numbers()).containsExactly(2L);
    }

    private long number(String sql) {
        return database.read(session -> number(session, sql));
    }

    private static long number(Session session, String sql) throws SQLException {
        try (var rows = session.prepare(sql).executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void tellsOfACommitBeforeTheWriteReturns() {
        var told = new ArrayList<Integer>();

        database.write(session -> insert(session, 7), told::add);

        assertThat(told).containsExactly(1);
    }

    @Test
    void outlivesAFailingListener() {
        database.write(session -> insert(session, 1), _ -> {
            throw new IllegalStateException("A listener that this test breaks on purpose");
        });
        database.write(session -> insert(session, 2));

        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void outlivesAnErrorOfAListener() {
        int rows = database.write(session -> insert(session, 1), _ -> {
            throw new StackOverflowError("A listener that this test breaks on purpose");
        });
        database.write(session -> insert(session, 2));

        assertThat(rows).isEqualTo(1);
        assertThat(numbers()).containsExactly(1L, 2L);
    }

    @Test
    void undoesAWriteThatMeetsAnErrorAndSaysSo() {
        assertThatThrownBy(() -> database.write(session -> {
                    insert(session, 1);
                    throw new StackOverflowError("as told");
                }))
                .isInstanceOf(StoreException.class)
                .hasRootCauseMessage("as told");
        database.write(session -> insert(session, 2));

        assertThat(numbers()).containsExactly(2L);
    }

    @Test
    void writesWhatWasSubmittedBeforeItIsClosed() throws Exception {
        var blocked = new CountDownLatch(1);
        var submitted = new CountDownLatch(20);
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            tasks.execute(() -> database.write(_ -> {
                awaitQuietly(blocked);
                return 0;
            }));
            var writes = new ArrayList<Future<Integer>>();
            for (int number = 0; number < 20; number++) {
                int mine = number;
                writes.add(tasks.submit(() -> {
                    submitted.countDown();
                    return database.write(session -> insert(session, mine));
                }));
            }
            submitted.await();
            blocked.countDown();
            for (var write : writes) {
                write.get();
            }
        }
        database.close();
        database = EmbeddedDatabase.open(folder.resolve("test.db"), Schema.STORE, "test-writer");

        assertThat(numbers()).hasSize(20);
    }

    @Test
    void syncsEveryCommitToTheDisk() {
        int synchronous = database.write(session -> {
            try (var rows = session.prepare("PRAGMA synchronous").executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        });

        assertThat(synchronous).as("2 is FULL").isEqualTo(2);
    }

    @Test
    void refusesWritesOnceClosed() throws Exception {
        database.close();

        assertThatThrownBy(() -> database.write(session -> insert(session, 1)))
                .isInstanceOf(IllegalStateException.class);
        database = EmbeddedDatabase.open(folder.resolve("test.db"), Schema.STORE, "test-writer");
    }

    private List<Long> numbers() {
        return database.read(session -> {
            try (var rows = session.prepare("SELECT number FROM numbers ORDER BY number")
                    .executeQuery()) {
                var found = new ArrayList<Long>();
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
                return found;
            }
        });
    }

    private static int insert(Session session, long number) throws SQLException {
        return session.execute("INSERT INTO numbers (number) VALUES (?)", number);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
