package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailedItemsTest {
    private static final Set<String> BATCH = Set.of("a", "b", "c");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "\"batchItemFailures\"",
                "7",
                "[{\"itemIdentifier\":\"a\"}]",
                "{\"batchItemFailures\":[]}",
                "{\"batchItemFailures\":null}",
                "{\"other\":[{\"itemIdentifier\":\"a\"}]}",
                "{\"nested\":{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"}]}}"
            })
    void allIsWell(String answer) {
        assertThat(failed(answer)).hasValue(Set.of());
    }

    @Test
    void someFailed() {
        assertThat(failed(
                        "{\"batchItemFailures\":[{\"itemIdentifier\":\"c\"},{\"itemIdentifier\":\"a\",\"why\":{\"x\":[1]}},"
                                + "{\"itemIdentifier\":\"c\"}],\"more\":{}}"))
                .hasValue(Set.of("a", "c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"unknown\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"},{\"itemIdentifier\":\"\"}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":7}]}",
                "{\"batchItemFailures\":[{\"itemId\":\"a\"}]}",
                "{\"batchItemFailures\":[\"a\"]}",
                "{\"batchItemFailures\":[[\"a\"]]}",
                "{\"batchItemFailures\":{\"itemIdentifier\":\"a\"}}",
                "{\"batchItemFailures\":\"a\"}",
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"a\"}]",
                "{\"batchItemFailures\":[",
                "{not json"
            })
    void theWholeBatchFailed(String answer) {
        assertThat(failed(answer)).isEmpty();
    }

    private static Optional<Set<String>> failed(String answer) {
        return FailedItems.of(answer.getBytes(StandardCharsets.UTF_8), BATCH);
    }

    @Test
    void namesOffsetsOfPartitions() {
        assertThat(offsets("{\"itemIdentifier\":{\"partition\":\"o-1\",\"offset\":7}}"))
                .hasValue(Set.of("o-1@7"));
        assertThat(offsets("{\"itemIdentifier\":{\"offset\":8,\"more\":[1],\"partition\":\"o-1\"}}"))
                .hasValue(Set.of("o-1@8"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"itemIdentifier\":\"o-1@7\"}",
                "{\"itemIdentifier\":{\"partition\":\"o-1\",\"offset\":9}}",
                "{\"itemIdentifier\":{\"partition\":\"o-1\",\"offset\":\"7\"}}",
                "{\"itemIdentifier\":{\"partition\":\"o-1\"}}",
                "{\"itemIdentifier\":{\"partition\":\"\",\"offset\":7}}",
                "{\"itemIdentifier\":null}",
                "{}"
            })
    void failsAllThatNamesNoOffset(String item) {
        assertThat(offsets(item)).isEmpty();
    }

    private static Optional<Set<String>> offsets(String item) {
        var answer = "{\"batchItemFailures\":[" + item + "]}";
        return FailedItems.ofPartitions(answer.getBytes(StandardCharsets.UTF_8), Set.of("o-1@7", "o-1@8"));
    }
}
