package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sqlite.JDBC;

class GroupWriterTest {
    /// The first group ends once the second is there, which fails.
    private static final class FailingRunner implements GroupWriter.Runner {
        private final SQLException failure;
        private final CountDownLatch waiting = new CountDownLatch(1);
        private final AtomicInteger runs = new AtomicInteger();

        FailingRunner(SQLException failure) {
            this.failure = failure;
        }

        @Override
        public <T> T run(Transaction<T> transaction) throws SQLException {
            int run = runs.incrementAndGet();
            if (run == 1) {
                Await.until(() -> waiting.getCount() == 0);
            }
            try (var session = new Session(
                    JDBC.createConnection("jdbc:sqlite::memory:", new Properties()), SqliteDialect.INSTANCE)) {
                var result = transaction.run(session);
                if (run == 2) {
                    throw failure;
                }
                return result;
            }
        }
    }

    @Test
    void writesNothingASecondTimeThatMayHaveBeenCommitted() {
        var runner = new FailingRunner(Connections.uncertain(new SQLException("gone", "08006")));

        assertThat(outcomes(runner)).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(runner.runs).hasValue(2);
    }

    @Test
    void triesEachAloneWhereOneOfAGroupMayBeTheReason() {
        var runner = new FailingRunner(new SQLException("a value is too long", "22001"));

        assertThat(outcomes(runner)).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(runner.runs).hasValue(4);
    }

    private static List<CompletableFuture<Integer>> outcomes(FailingRunner runner) {
        try (var writer = new GroupWriter(runner, "writer")) {
            var _ = writer.submit(_ -> 0);
            Await.until(() -> runner.runs.get() == 1);
            var group = List.of(writer.submit(_ -> 1), writer.submit(_ -> 2));
            runner.waiting.countDown();
            return group;
        }
    }
}
