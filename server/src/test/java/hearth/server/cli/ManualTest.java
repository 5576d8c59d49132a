package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ManualTest {
    @Test
    void hasEveryCommandAndOption() {
        var page = Manual.page();

        for (var command : Main.COMMANDS) {
            if (!command.equals(RehearseCommand.COMMAND)) {
                assertThat(page).contains(".SS hearth " + command.name().replace("-", "\\-"));
                for (var option : command.options()) {
                    assertThat(page).contains(".B " + option.name().replace("-", "\\-"));
                }
            }
        }
        assertThat(page).doesNotContain("rehearse");
    }

    @Test
    void hasNoLineThatRoffWouldTakeForARequestByChance() {
        assertThat(Manual.page().lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
                .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|PP|B|I|IR|RI|BR|nf|fi)( .*)?"));
    }
}
