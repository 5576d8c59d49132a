package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawnValuesTest {
    @TempDir
    private Path folder;

    @Test
    void areDrawnOnceForAllServersAndRestarts() {
        try (var store = Store.open(folder)) {
            assertThat(store.drawnValues().all("key", "first")).containsExactly("first");
            assertThat(store.drawnValues().all("key", "second")).containsExactly("first");
            assertThat(store.drawnValues().all("other", "second")).containsExactly("second");
        }
        try (var store = Store.open(folder)) {
            assertThat(store.drawnValues().all("key", "third")).containsExactly("first");
        }
    }

    @Test
    void areTheSameForThoseWhoDrawAtOnce() throws Exception {
        Set<List<String>> drawn = ConcurrentHashMap.newKeySet();
        try (var store = Store.open(folder)) {
            Concurrently.run(8, number -> drawn.add(store.drawnValues().all("key", Integer.toString(number))));
        }

        assertThat(new HashSet<>(drawn)).hasSize(1);
    }

    @Test
    void goOnWithTheHighestNumberAndStillKnowTheOthers() throws Exception {
        try (var store = Store.open(folder)) {
            store.drawnValues().all("key", "first");
        }
        try (var database = EmbeddedDatabase.open(folder.resolve("hearth.db"), Schema.STORE, "test-writer")) {
            database.write(session ->
                    session.execute("INSERT INTO drawn_values (name, number, value) VALUES ('key', 2, 'second')"));
        }

        try (var store = Store.open(folder)) {
            assertThat(store.drawnValues().all("key", "third")).containsExactly("second", "first");
        }
    }
}
