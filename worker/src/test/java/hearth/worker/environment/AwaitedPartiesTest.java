package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AwaitedPartiesTest {
    @Test
    void areOverWhenTheRuntimeHasDoneItsPart() {
        var awaited = AwaitedParties.ofRuntime();

        assertThat(awaited.isOver()).isFalse();
        assertThat(awaited.done(AwaitedParties.RUNTIME)).isTrue();
        assertThat(awaited.isOver()).isTrue();
    }

    @Test
    void waitForEachByNameHoweverOftenOneIsDone() {
        var awaited = AwaitedParties.of(List.of(AwaitedParties.RUNTIME, "extension"));

        assertThat(awaited.done("extension")).isFalse();
        assertThat(awaited.done("extension")).isFalse();
        assertThat(awaited.done("unknown")).isFalse();
        assertThat(awaited.done(AwaitedParties.RUNTIME)).isTrue();
        assertThat(awaited.done(AwaitedParties.RUNTIME)).isTrue();
    }
}
