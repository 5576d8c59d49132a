package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkPolicyTest {
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "10.1.2.3", "192.168.1.128/25", "0.0.0.0/0", "255.255.255.255/32"})
    void takesNetworksAndSingleAddresses(String network) {
        assertThat(new NetworkPolicy(true, List.of(network), List.of()).allowedNetworks())
                .containsExactly(network);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/8/8",
                "10.0.0/8",
                "010.0.0.0/8",
                "256.0.0.0/8",
                "10.0.0.0/8; flush ruleset",
                "::/0"
            })
    void refusesWhatTheFirewallWouldNotTake(String network) {
        assertThatIllegalArgumentException().isThrownBy(() -> new NetworkPolicy(true, List.of(network), List.of()));
    }

    @Test
    void saysWhichNetworkIsMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NetworkPolicy(true, List.of("10.1.2.3/12"), List.of()))
                .withMessage("10.1.2.3/12 is an address within a network; the network is 10.0.0.0/12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.3.4/32", "1.2.3.4.5", "dns.example", "::1", "1.2.3.4, 5.6.7.8"})
    void refusesWhatIsNoNameServer(String server) {
        assertThatIllegalArgumentException().isThrownBy(() -> new NetworkPolicy(true, List.of(), List.of(server)));
    }
}
