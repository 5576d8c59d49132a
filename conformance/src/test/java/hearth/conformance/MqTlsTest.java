package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Queues of a broker of ActiveMQ's own that is reached by TLS.
class MqTlsTest {
    @Test
    void areReadFromABrokerWhoseCertificateTheServerTrustsAndFromNoOther() throws Exception {
        var keys = TestServer.temporaryFolder();
        KafkaBroker.makeCertificate(keys);
        var store = keys.resolve("keys.p12");
        Map<String, String> trusting = Map.of(
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore=" + store + " -Djavax.net.ssl.trustStoreType=PKCS12"
                        + " -Djavax.net.ssl.trustStorePassword=" + KafkaBroker.STORE_PASSWORD);
        try (var broker = ActiveMqBroker.startWithTls(store, KafkaBroker.STORE_PASSWORD)) {
            broker.send("secret", "hush");
            try (var other = start(Map.of(), broker)) {
                var mapping = other.map("secret", r -> {});
                other.awaitResult(
                        mapping, "PROBLEM: Connection error. Please check your event source connection configuration.");
            }
            assertThat(broker.depth("secret")).isEqualTo(1);

            try (var functions = start(trusting, broker)) {
                functions.map("secret", r -> {});
                functions.awaitLog("secret", "TEXTS hush");
            }
        }
    }

    private static MqFunctions start(Map<String, String> environment, ActiveMqBroker broker) {
        return MqFunctions.start(
                TestServer.temporaryFolder(),
                environment,
                broker.tlsUrl(),
                ActiveMqBroker.USER,
                ActiveMqBroker.PASSWORD);
    }
}
