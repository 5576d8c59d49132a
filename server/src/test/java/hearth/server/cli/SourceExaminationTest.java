package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.pollers.documentdb.ClusterUrl;
import hearth.pollers.mq.BrokerUrls;
import hearth.server.SourcesConfig;
import hearth.worker.sandbox.Finding;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceExaminationTest {
    @TempDir
    private Path folder;

    private final SourceExamination examination = new SourceExamination(Duration.ofSeconds(20));

    @Test
    void saysNothingWhereNoOptionNamesASource() {
        assertThat(examination.findings(SourcesConfig.NONE)).isEmpty();
    }

    @Test
    void triesEachHostThatOptionsName() throws Exception {
        int refusing;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refusing = socket.getLocalPort();
        }
        try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int open = socket.getLocalPort();
            var secret = Files.writeString(folder.resolve("s.json"), "{}");
            var sources = new SourcesConfig(
                    Map.of("arn:a", secret, "arn:b", folder.resolve("none.json")),
                    Map.of("arn:c", "127.0.0.1:" + open + ",127.0.0.1:" + refusing),
                    Map.of("arn:d", BrokerUrls.parse("amqp://127.0.0.1:" + open).orElseThrow()),
                    Map.of(
                            "arn:e",
                            ClusterUrl.parse("mongodb://127.0.0.1:" + refusing).orElseThrow()));

            var findings = examination.findings(sources);

            assertThat(findings.stream().filter(Finding::good).map(Finding::text))
                    .containsExactly(
                            "--secret arn:a: " + secret + " is there",
                            "--kafka-brokers arn:c: 127.0.0.1:" + open + " takes connections",
                            "--broker arn:d: 127.0.0.1:" + open + " takes connections");
            assertThat(findings.stream().filter(finding -> !finding.good()).map(Finding::text))
                    .hasSize(3)
                    .anyMatch(text -> text.startsWith("--secret arn:b: ") && text.endsWith("cannot be read"))
                    .anyMatch(text ->
                            text.startsWith("--kafka-brokers arn:c: 127.0.0.1:" + refusing + " takes no connection"))
                    .anyMatch(text ->
                            text.startsWith("--document-db arn:e: 127.0.0.1:" + refusing + " takes no connection"));
        }
    }

    @Test
    void knowsThePortsOfUrlsThatSayNone() {
        assertThat(BrokerUrls.parse("ssl://h1,ssl://h2:1").orElseThrow().nodes())
                .containsExactly("h1:61617", "h2:1");
        assertThat(ClusterUrl.parse("mongodb://h1,h2:1/?tls=true").orElseThrow().servers())
                .containsExactlyInAnyOrder("h1:27017", "h2:1");
    }
}
