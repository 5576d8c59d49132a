package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTimeTest {
    @TempDir
    private Path folder;

    @Test
    void isWhatTheEngineSays() throws Exception {
        long before = Instant.now().getEpochSecond();

        try (var database = EmbeddedDatabase.open(folder.resolve("test.db"), Schema.STORE, "test-writer")) {
            assertThat(database.read(StoreTime::ofDatabase))
                    .isBetween(before, Instant.now().getEpochSecond());
        }
    }

    @Test
    void isReadAsEnginesWriteIt() {
        assertThat(StoreTime.seconds("2026-11-29 15:48:40")).isEqualTo(1_795_967_320L);
        assertThat(StoreTime.seconds("2026-11-29 15:48:40.123456+00"))
                .isEqualTo(StoreTime.seconds("2026-11-29 15:48:40"));
        assertThat(StoreTime.seconds("2026-11-29 16:48:40.1+01")).isEqualTo(StoreTime.seconds("2026-11-29 15:48:40"));
        assertThat(StoreTime.seconds("2026-11-29 21:18:40+05:30")).isEqualTo(StoreTime.seconds("2026-11-29 15:48:40"));
        assertThatThrownBy(() -> StoreTime.seconds("yesterday")).hasMessageContaining("yesterday");
    }
}
