package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorLimitTest {
    @Test
    void saysHowManyEnvironmentsThereMayBe() {
        var few = DescriptorLimit.finding(20_000);

        assertThat(few.good()).isFalse();
        assertThat(few.text()).contains("20000", "625 environments");
        assertThat(few.remedy()).contains("ulimit -n");
        assertThat(DescriptorLimit.finding(1 << 20).good()).isTrue();
    }
}
