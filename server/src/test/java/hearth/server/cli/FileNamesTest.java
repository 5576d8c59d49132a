package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNamesTest {
    @Test
    void areGoodInUtf8() {
        assertThat(FileNames.finding("UTF-8").good()).isTrue();
    }

    @Test
    void areNotInTheLocaleOfAServiceThatHasNone() {
        var finding = FileNames.finding("ANSI_X3.4-1968");

        assertThat(finding.good()).isFalse();
        assertThat(finding.text()).startsWith("ANSI_X3.4-1968");
        assertThat(finding.remedy()).contains("LC_ALL=C.UTF-8");
    }
}
