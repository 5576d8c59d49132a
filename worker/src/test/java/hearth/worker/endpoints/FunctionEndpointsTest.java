package hearth.worker.endpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.worker.EnvironmentSpec;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionEndpointsTest {
    private static final int SERVER_PORT = 9000;

    @Test
    void nameThisServerWhateverElseThereIs() {
        var endpoints = of("lambda=http://elsewhere.invalid:1");

        assertThat(inside(endpoints)).isEqualTo(Map.of("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.2:9001"));
        assertThat(endpoints.innerServices().addresses()).containsExactly(new InetSocketAddress("127.0.0.2", 9001));
    }

    /// The port of the Runtime API is taken inside, IPv6 is not listened on, and this server is not relayed to.
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:4566/base, http://127.0.0.1:4566/base, 127.0.0.1:4566",
        "http://127.0.0.9:4566, http://127.0.0.9:4566, 127.0.0.9:4566",
        "http://localhost:4566, http://localhost:4566, 127.0.0.1:4566",
        "https://localhost, https://localhost, 127.0.0.1:443",
        "http://[::1]:4566/x, http://127.0.0.1:4566/x, 127.0.0.1:4566",
        "http://127.0.0.1:9001/x, http://127.0.0.3:9001/x, 127.0.0.3:9001",
        "http://localhost:9000/x, http://127.0.0.2:9001/x, ",
        "http://192.0.2.7:80, http://192.0.2.7:80, ",
    })
    void nameWhatListensInsideForWhatListensOnTheHostsLoopback(String url, String named, String listening) {
        var endpoints = of("s3=" + url);

        assertThat(inside(endpoints)).containsEntry("AWS_ENDPOINT_URL_S3", named);
        assertThat(endpoints.innerServices().addresses().stream()
                        .skip(1)
                        .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort()))
                .isEqualTo(listening == null ? List.of() : List.of(listening));
    }

    @Test
    void relayToEachAddressThatANameHas() {
        var endpoints = of("s3=http://localhost:4566", "sqs=http://127.0.0.1:4566");

        assertThat(endpoints.addresses()).hasSize(2);
        assertThat(endpoints.addresses().get(1).relayedTo())
                .contains(new InetSocketAddress(InetAddress.getLoopbackAddress(), 4566));
        assertThat(endpoints.innerServices().hostNames()).containsExactly("localhost");
    }

    @Test
    void areTheHostsOwnWhereFunctionsShareItsNetwork() {
        var server = new ApiEntrance() {
            @Override
            public void enter(Channel connection, EventLoop loop, EnvironmentSpec environment) {
                throw new AssertionError("Nothing is accepted here");
            }

            @Override
            public String url() {
                return "http://127.0.0.1:9000";
            }
        };

        assertThat(of("s3=http://[::1]:4566").variables(false, Map.of(), server))
                .isEqualTo(Map.of(
                        "AWS_ENDPOINT_URL_S3",
                        "http://[::1]:4566",
                        "AWS_ENDPOINT_URL_LAMBDA",
                        "http://127.0.0.1:9000"));
    }

    @Test
    void giveWayToAFunctionThatNamesOneForAll() {
        assertThat(of("s3=http://localhost:4566")
                        .variables(true, Map.of("AWS_ENDPOINT_URL", "http://mine"), ApiEntrance.CLOSED))
                .isEmpty();
    }

    @Test
    void areNotMoreThanSandboxesHaveSocketsFor() {
        var many = IntStream.range(0, FunctionEndpoints.MOST_ADDRESSES)
                .mapToObj(i -> "service%d=http://127.0.0.1:%d".formatted(i, 5000 + i))
                .toArray(String[]::new);

        assertThatThrownBy(() -> of(many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31");
    }

    private static FunctionEndpoints of(String... assignments) {
        return FunctionEndpoints.of(ServiceEndpoints.NONE.with(List.of(assignments)), SERVER_PORT);
    }

    private static Map<String, String> inside(FunctionEndpoints endpoints) {
        return endpoints.variables(true, Map.of(), ApiEntrance.CLOSED);
    }
}
