package hearth.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PolicyMemoryTest {
    private static final int LENGTH = text(0).length();

    private final PolicyMemory memory = new PolicyMemory(3 * LENGTH);

    @Test
    void readsAPolicyOnce() {
        var first = memory.of(text(1));

        assertThat(memory.of(text(1))).isSameAs(first);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void forgetsThoseThatWereAskedLongestAgoWhenTheTextsComeToTooMuch() {
        var first = memory.of(text(1));
        var second = memory.of(text(2));
        memory.of(text(3));
        assertThat(memory.of(text(1))).isSameAs(first);

        memory.of(text(4));

        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.of(text(1))).isSameAs(first);
        assertThat(memory.of(text(2))).isEqualTo(second).isNotSameAs(second);
    }

    @Test
    void keepsNoneThatHasNoRoomAtAll() {
        var first = memory.of(text(1));
        var large = text(2).replace("{", "{" + " ".repeat(3 * LENGTH));

        assertThat(memory.of(large)).isEqualTo(memory.of(large)).isNotSameAs(memory.of(large));
        assertThat(memory.of(text(1))).isSameAs(first);
        assertThat(memory.size()).isEqualTo(1);
    }

    private static String text(int number) {
        return """
            {"Statement":[{"Sid":"s%d","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}\
            """.formatted(number);
    }
}
