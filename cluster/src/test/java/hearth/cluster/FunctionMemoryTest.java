package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.FunctionId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class FunctionMemoryTest {
    private static final FunctionId MAIL = Samples.id("mail");

    private final Store store;
    private final FunctionStore functions;
    private final FunctionMemory<String> memory;
    private final AtomicInteger reads = new AtomicInteger();

    FunctionMemoryTest(StoreEngine engine, @TempDir Path folder) {
        store = engine.open(folder);
        functions = store.functions();
        memory = new FunctionMemory<>(functions);
    }

    @BeforeEach
    void oneFunction() {
        functions.create(Change.to(Samples.function("mail", 1)));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void readsWhatDoesNotChangeOnce() {
        describe("first");

        assertThat(recall()).isEqualTo("first");
        assertThat(recall()).isEqualTo("first");

        assertThat(reads).hasValue(1);
    }

    @Test
    void readsAgainAfterAChange() {
        describe("first");
        recall();
        describe("second");

        assertThat(recall()).isEqualTo("second");
    }

    @Test
    void readsAgainAfterASettingHasChanged() {
        recall();
        functions.edit(MAIL, edit -> {
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 7);
            return true;
        });
        recall();

        assertThat(reads).hasValue(2);
    }

    @Test
    void remembersNothingOfAReadingThatAChangeMet() {
        describe("first");
        var old = memory.get(MAIL, "description", () -> {
            var read = read();
            describe("second");
            return read;
        });

        assertThat(old).isEqualTo("first");
        assertThat(recall()).isEqualTo("second");
    }

    @Test
    void tellsFunctionsAndAspectsApart() {
        assertThat(memory.get(MAIL, "a", () -> "1")).isEqualTo("1");
        assertThat(memory.get(MAIL, "b", () -> "2")).isEqualTo("2");
        for (int i = 0; i < 5_000; i++) {
            var name = "f" + i;
            assertThat(memory.get(Samples.id(name), "a", () -> name)).isEqualTo(name);
        }
        assertThat(memory.get(MAIL, "a", () -> "1")).isEqualTo("1");
    }

    @Test
    void remembersNoFailure() {
        assertThatThrownBy(() -> memory.get(MAIL, "a", () -> {
                    throw new IllegalStateException("not there");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(memory.get(MAIL, "a", () -> "1")).isEqualTo("1");
    }

    @Test
    void givesNobodyWhatIsOlderThanAnAcknowledgedChange() throws Exception {
        var acknowledged = new AtomicLong();
        describe("0");
        try (var threads = Executors.newCachedThreadPool()) {
            List<Future<?>> running = new ArrayList<>();
            running.add(threads.submit(() -> {
                for (long i = 1; i <= 500; i++) {
                    describe(Long.toString(i));
                    acknowledged.set(i);
                }
            }));
            for (int reader = 0; reader < 3; reader++) {
                running.add(threads.submit(() -> {
                    while (acknowledged.get() < 500) {
                        long least = acknowledged.get();
                        assertThat(Long.parseLong(recall())).isGreaterThanOrEqualTo(least);
                    }
                }));
            }
            for (var each : running) {
                each.get();
            }
        }
        assertThat(recall()).isEqualTo("500");
    }

    private String recall() {
        return memory.get(MAIL, "description", this::read);
    }

    private String read() {
        reads.incrementAndGet();
        return String.valueOf(
                functions.find(MAIL).orElseThrow().latest().configuration().description());
    }

    private void describe(String description) {
        functions.update(MAIL, before -> {
            var latest = before.latest();
            var configuration =
                    latest.configuration().toBuilder().description(description).build();
            return Change.to(before.withLatest(latest.with(configuration)));
        });
    }
}
