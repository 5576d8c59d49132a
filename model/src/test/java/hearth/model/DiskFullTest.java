package hearth.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class DiskFullTest {
    @Test
    void isFoundAmongTheCauses() {
        var full = new IOException("/data/objects/unfinished/1: No space left on device");

        assertThat(DiskFull.isCauseOf(new UncheckedIOException("A package could not be kept", full)))
                .isTrue();
        assertThat(DiskFull.isCauseOf(new IllegalStateException(
                        "Writing failed", new IOException("[SQLITE_FULL] Insertion failed because database is full"))))
                .isTrue();
    }

    @Test
    void isNotEveryFailure() {
        assertThat(DiskFull.isCauseOf(new IOException("Permission denied"))).isFalse();
        assertThat(DiskFull.isCauseOf(new NullPointerException())).isFalse();
    }
}
