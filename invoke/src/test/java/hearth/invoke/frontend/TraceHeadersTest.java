package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.ManualClock;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceHeadersTest {
    private final TraceHeaders traces = new TraceHeaders(new Random(1), new ManualClock());

    @Test
    void passesTheCallersOwnThrough() {
        assertThat(traces.headerFor("Root=1-2-3;Sampled=1;Lineage=1:2:3"))
                .isEqualTo("Root=1-2-3;Sampled=1;Lineage=1:2:3");
    }

    @Test
    void makesOneThatSaysTheTimeAndIsNotSampled() {
        // 2026-01-01T00:00:00Z is 0x6955b900 seconds after the epoch.
        assertThat(traces.headerFor(null)).matches("Root=1-6955b900-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
    }

    @Test
    void neverMakesTheSameTwice() {
        var made = new HashSet<String>();
        for (int i = 0; i < 10_000; i++) {
            made.add(traces.headerFor(null));
        }
        assertThat(made).hasSize(10_000);
    }

    @Test
    void replacesWhatCannotBeAHeader() {
        assertThat(traces.headerFor("Root=1\r\nEvil: yes")).startsWith("Root=1-6955b900-");
        assertThat(traces.headerFor(" ")).startsWith("Root=1-6955b900-");
    }
}
