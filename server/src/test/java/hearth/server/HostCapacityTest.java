package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostCapacityTest {
    /// Beyond them starts fail for want of descriptors, where a placement elsewhere or an eviction would have served.
    @ParameterizedTest
    @CsvSource({"20, 1", "1024, 32", "20000, 625", "128000, 4000", "1048576, 4000", "2147483647, 4000"})
    void hasNoMoreEnvironmentsThanThereAreDescriptorsFor(int descriptors, int slots) {
        assertThat(HostCapacity.slots(descriptors)).isEqualTo(slots);
    }
}
