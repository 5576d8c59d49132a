package hearth.server.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LinesTest {
    private final Lines lines = new Lines();

    @Test
    void writesOneObjectOnEachLineHoweverTheyAreTaken() {
        add("a");
        add("b");
        assertThat(lines.count()).isEqualTo(2);
        assertThat(take())
                .isEqualTo("{\"time\":\"2026-01-02T03:04:05.006Z\",\"name\":\"a\"}\n"
                        + "{\"time\":\"2026-01-02T03:04:05.006Z\",\"name\":\"b\"}\n");

        assertThat(take()).isEmpty();
        add("c");
        assertThat(take()).isEqualTo("{\"time\":\"2026-01-02T03:04:05.006Z\",\"name\":\"c\"}\n");
    }

    @Test
    void keepsWhateverTheyHoldOnTheirLine() {
        add("\"\n\u0000\u00e9");

        assertThat(take()).endsWith("\"name\":\"\\\"\\n\\u0000\u00e9\"}\n").hasLineCount(1);
    }

    @Test
    void keepsTheBeginningOfWhatIsVeryLong() {
        add("x".repeat(1023) + "\ud83d\ude00" + "x".repeat(1 << 20));

        assertThat(take()).contains("\"name\":\"" + "x".repeat(1023) + "…\"}").hasSizeLessThan(1200);
    }

    @Test
    void leavesOutWhatHasNoValue() {
        lines.add(0, line -> {
            line.field("a", "");
            line.field("b", (String) null);
            line.millis("ms", 1_234_567);
            line.field("c", 7);
        });

        assertThat(take()).isEqualTo("{\"time\":\"1970-01-01T00:00:00.000Z\",\"ms\":1.234,\"c\":7}\n");
    }

    private void add(String name) {
        lines.add(1_767_323_045_006L, line -> line.field("name", name));
    }

    private String take() {
        return StandardCharsets.UTF_8.decode(lines.take()).toString();
    }
}
