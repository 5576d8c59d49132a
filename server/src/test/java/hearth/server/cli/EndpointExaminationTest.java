package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import hearth.model.endpoints.ServiceEndpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointExaminationTest {
    private final EndpointExamination examination = new EndpointExamination(Duration.ofSeconds(20));

    @Test
    void saysThatThereIsNone() {
        assertThat(examination.findings(ServiceEndpoints.NONE))
                .singleElement()
                .satisfies(finding -> assertThat(finding.good()).isTrue());
    }

    @Test
    void takesAnyAnswerForASignOfLife() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> exchange.sendResponseHeaders(403, -1));
        server.start();
        try {
            var url = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(examination.findings(ServiceEndpoints.NONE.with(List.of("s3=" + url, "sqs=" + url))))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.good()).isTrue();
                        assertThat(finding.text())
                                .isEqualTo("AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL_SQS: " + url + " answers (403)");
                    });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void namesThoseThatRefuseOrSayNothing() throws Exception {
        int refusing;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refusing = socket.getLocalPort();
        }
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var endpoints = ServiceEndpoints.NONE.with(
                    List.of("s3=http://127.0.0.1:" + refusing, "sqs=http://127.0.0.1:" + silent.getLocalPort()));

            assertThat(new EndpointExamination(Duration.ofMillis(300)).findings(endpoints))
                    .hasSize(2)
                    .allSatisfy(finding -> {
                        assertThat(finding.good()).isFalse();
                        assertThat(finding.text()).contains("does not answer");
                        assertThat(finding.remedy()).contains("--endpoint");
                    });
        }
    }
}
