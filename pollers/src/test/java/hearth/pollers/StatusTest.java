package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.cluster.Store;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {
    @TempDir
    private Path data;

    private final MappingRecord mapping = PollersTest.mapping("a", PollersTest.arn("greet"));

    private Store store;
    private Status status;

    @BeforeEach
    void open() {
        store = Store.open(data);
        store.mappings().create(mapping, (_, _) -> {});
        status = new Status(store.mappings(), mapping);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private MappingRecord kept() {
        return store.mappings().find(mapping.id()).orElseThrow();
    }

    private String shown() {
        return String.valueOf(kept().configuration().lastProcessingResult());
    }

    @Test
    void sparesTheStoreOfASourceThatComesAndGoes() throws Exception {
        var changes = new AtomicInteger();
        store.mappings().onChange(changes::incrementAndGet);

        for (int i = 0; i < 1000; i++) {
            status.sourceFails("It is away, for time " + i + ".");
            status.sourceAnswers();
        }

        assertThat(changes).hasValueBetween(1, 10);
        while (!shown().equals("null")) {
            Thread.sleep(20);
        }
    }

    @Test
    void takesBackWhatThePollerBeforeHasSaidLast() {
        var before = new Status(store.mappings(), mapping);
        before.sourceFails("The last poll was broken off.");

        status.shows(kept());
        status.sourceAnswers();

        assertThat(shown()).isEqualTo("null");
    }

    @Test
    void keepsOneLineOfWhatOthersSay() {
        status.sourceFails("a\nb" + "c".repeat(100_000));

        assertThat(shown()).startsWith("PROBLEM: a bccc").endsWith("c…").hasSizeLessThan(1100);
    }
}
