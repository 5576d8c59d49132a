package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.FunctionId;
import hearth.model.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A database that crashes and comes back.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class StoreAwayTest {
    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @Test
    void losesNothingAcknowledgedAndHealsByItself(@TempDir Path folder) throws Exception {
        try (var postgres = TestPostgres.start()) {
            var url = StoreUrl.parse(postgres.newDatabase());
            try (var here = open(folder.resolve("here"), url);
                    var there = open(folder.resolve("there"), url);
                    var events = EventStore.open(url, new Random(1))) {
                Set<FunctionId> heard = ConcurrentHashMap.newKeySet();
                there.functions().onChange(heard::add);
                here.functions().create(Change.to(Samples.function("before", 1)));
                Await.until(() -> heard.contains(id("before")));

                postgres.crash();

                failsEachOf(List.of(
                        () -> here.functions().create(Change.to(Samples.function("meanwhile", 2))),
                        () -> here.functions().find(id("before")),
                        () -> events.accept(EventFileTest.EARLY).get()));

                postgres.startAgain();

                Await.until(() -> succeeds(() -> here.functions().create(Change.to(Samples.function("after", 3)))));
                assertThat(there.functions().find(id("before"))).isPresent();
                assertThat(there.functions().find(id("meanwhile"))).isEmpty();
                Await.until(() -> heard.contains(id("after")));
                assertThat(events.accept(EventFileTest.EARLY)).succeedsWithin(Duration.ofSeconds(20));
            }
        }
    }

    @Test
    void doesNotHoldUpTheEndOfAServerByItsSilence(@TempDir Path folder) throws Exception {
        try (var postgres = TestPostgres.start()) {
            var url = StoreUrl.parse(postgres.newDatabase());
            var lock = DataFolderLock.take(folder);
            lock.close();
            var member = new StoreMember("host1", "", () -> "");
            var store = Store.open(
                    lock,
                    new StorePlace(Optional.of(url), Optional.empty(), new Random(1), () -> {}, Optional.of(member)));
            var events = EventStore.open(url, new Random(2));
            var lease = events.lease(new Random(3));
            assertThat(lease.attempt().held()).isTrue();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                postgres.freeze();
                try {
                    var written =
                            threads.submit(() -> store.functions().create(Change.to(Samples.function("meanwhile", 1))));
                    var accepted = events.acceptAndTell(EventFileTest.EARLY);
                    Await.until(store::isAway);
                    Await.until(() -> !lease.isHeld());

                    long asked = System.nanoTime();
                    events.close();
                    store.close();

                    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(25));
                    assertThat(accepted).isCompletedExceptionally();
                    assertThatThrownBy(written::get).isInstanceOf(ExecutionException.class);
                } finally {
                    postgres.goOn();
                }
            }
        }
    }

    private static Store open(Path folder, StoreUrl url) {
        var lock = DataFolderLock.take(folder);
        lock.close();
        return Store.openShared(lock, url, Duration.ofMinutes(10), new Random(folder.hashCode()));
    }

    /// All at once, since each waits for the database for a while.
    private static void failsEachOf(List<Callable<Object>> actions) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(actions)) {
                assertThatThrownBy(outcome::get)
                        .rootCause()
                        .satisfiesAnyOf(
                                cause -> assertThat(cause).isInstanceOf(SQLException.class),
                                cause -> assertThat(cause).isInstanceOf(IOException.class));
            }
        }
    }

    private static boolean succeeds(Runnable action) {
        try {
            action.run();
            return true;
        } catch (StoreException e) {
            return false;
        }
    }
}
