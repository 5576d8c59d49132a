package hearth.events.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/// Clients that wait without a thread, and connections that end while they do.
class AwsClientsTest {
    private static final String URL = "{\"QueueUrl\":\"http://queue\"}";

    private ServerSocket server;
    private AwsClients clients;

    /// What is done with each request, of whichever connection: it is answered, the connection is closed, or nothing.
    private final BlockingQueue<Deed> deeds = new LinkedBlockingQueue<>();

    private final AtomicInteger requests = new AtomicInteger();

    private enum Deed {
        ANSWER,
        CLOSE,
        NOTHING
    }

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    var socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // It is closed.
            }
        });
        clients = clients(Duration.ofSeconds(20));
    }

    @AfterEach
    void close() throws IOException {
        clients.close();
        server.close();
    }

    private AwsClients clients(Duration patience) {
        return new AwsClients(
                ServiceEndpoints.NONE.with(List.of("sqs=http://127.0.0.1:" + server.getLocalPort())),
                Map.of(),
                patience);
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            while (readRequest(in)) {
                requests.incrementAndGet();
                switch (deeds.take()) {
                    case ANSWER ->
                        socket.getOutputStream()
                                .write(("HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
                                                + "Content-Length: " + URL.length() + "\r\n\r\n" + URL)
                                        .getBytes(StandardCharsets.ISO_8859_1));
                    case CLOSE -> {
                        return;
                    }
                    case NOTHING -> {}
                }
            }
        } catch (IOException e) {
            // The client has ended it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean readRequest(BufferedReader in) throws IOException {
        int length = 0;
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            } else if (line.isEmpty()) {
                for (int i = 0; i < length; i++) {
                    if (in.read() < 0) {
                        return false;
                    }
                }
                return true;
            }
        }
        return false;
    }

    private static String ask(AwsClients clients) throws Exception {
        var sqs = clients.get(
                new ServiceName("SQS"),
                "us-east-1",
                SqsAsyncClient.class,
                (endpoint, region) ->
                        clients.buildWaiting(SqsAsyncClient.builder(), endpoint, region, Protocol.HTTP1_1));
        try {
            return sqs.getQueueUrl(r -> r.queueName("queue"))
                    .get(20, TimeUnit.SECONDS)
                    .queueUrl();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SdkException told ? told : e;
        }
    }

    @Test
    void askOnceMoreOnlyWhereAConnectionEndsBeforeItsAnswer() throws Exception {
        deeds.addAll(List.of(Deed.ANSWER, Deed.CLOSE, Deed.ANSWER));

        assertThat(ask(clients)).isEqualTo("http://queue");
        assertThat(ask(clients)).isEqualTo("http://queue");

        assertThat(requests).hasValue(3);
        deeds.addAll(List.of(Deed.CLOSE, Deed.CLOSE));
        assertThatThrownBy(() -> ask(clients)).isInstanceOf(SdkException.class);
        assertThat(requests).hasValue(5);
        server.close();
        assertThatThrownBy(() -> ask(clients))
                .isInstanceOf(SdkException.class)
                .hasMessageContaining("SDK Attempt Count: 1");
    }

    @Test
    void giveUpAServiceThatDoesNotAnswer() {
        deeds.add(Deed.NOTHING);
        try (var impatient = clients(Duration.ofMillis(300))) {
            assertThatThrownBy(() -> ask(impatient)).isInstanceOf(SdkException.class);
        }
        assertThat(requests).hasValue(1);
    }
}
