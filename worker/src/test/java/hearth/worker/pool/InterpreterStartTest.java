package hearth.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.worker.sandbox.WhenNoneWaits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InterpreterStartTest {
    private static final AccountId ACCOUNT = new AccountId("123456789012");

    private static InterpreterStart of(String runtime) {
        return new InterpreterStart(runtime, List.of("/bin/" + runtime), List.of(), Map.of("TZ", ":UTC"));
    }

    /// What others draw at their start cannot be drawn anew.
    @Test
    void onlyPythonsInterpretersAreCopiedAndNeverForTwoAccounts() {
        assertThat(of("python3.13").whenNoneWaits(ACCOUNT)).isEqualTo(new WhenNoneWaits.Copied("123456789012"));
        assertThat(of("nodejs22.x").whenNoneWaits(ACCOUNT)).isEqualTo(new WhenNoneWaits.Started());
        assertThat(of("java21").whenNoneWaits(ACCOUNT)).isEqualTo(new WhenNoneWaits.Nothing());
    }

    @Test
    void whatWaitsKnowsThatItDoes() {
        var process = of("python3.13").program().process();

        assertThat(process.channel()).isTrue();
        assertThat(process.environment()).isEqualTo(Map.of("TZ", ":UTC", "_HEARTH_BOOT", "1"));
    }
}
