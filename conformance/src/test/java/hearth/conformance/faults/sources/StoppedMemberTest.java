package hearth.conformance.faults.sources;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.conformance.ActiveMqBroker;
import hearth.conformance.Await;
import hearth.conformance.RabbitMqBroker;
import hearth.conformance.TestServer;
import hearth.conformance.faults.sources.Message.Kind;
import hearth.model.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Two servers of one store, of which the one stands still that polls a queue of Amazon MQ, in the middle of a batch.
/// The broker believes in it for some seconds more, and has given it messages: the other is to run these first.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
@Tag("alone")
class StoppedMemberTest {
    private static final String ARN = "arn:aws:mq:eu-west-1:000000000000:broker:orders:b-1";
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:user-AbCdEf";
    private static final String QUEUE = "work";

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    static boolean isRabbitMqThere() {
        return RabbitMqBroker.isThere();
    }

    @Test
    @EnabledIf(value = "isRabbitMqThere", disabledReason = RabbitMqBroker.WHY_NOT)
    void hasAQueueOfRabbitMqReadInItsOrderByAnother() throws Exception {
        try (var broker = RabbitMqBroker.launchOne()) {
            broker.awaitStart();
            broker.create(QUEUE);
            keepsTheOrder(
                    broker.url(),
                    RabbitMqBroker.USER,
                    RabbitMqBroker.PASSWORD,
                    List.of(access("BASIC_AUTH", SECRET), access("VIRTUAL_HOST", RabbitMqBroker.VIRTUAL_HOST)),
                    texts -> broker.send(QUEUE, texts));
        }
    }

    @Test
    void hasAQueueOfActiveMqReadInItsOrderByAnother() throws Exception {
        try (var broker = ActiveMqBroker.start()) {
            keepsTheOrder(
                    broker.url(),
                    ActiveMqBroker.USER,
                    ActiveMqBroker.PASSWORD,
                    List.of(access("BASIC_AUTH", SECRET)),
                    texts -> broker.send(QUEUE, texts.toArray(String[]::new)));
        }
    }

    private static SourceAccessConfiguration access(String type, String uri) {
        return SourceAccessConfiguration.builder().type(type).uri(uri).build();
    }

    private static List<Message> messages(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> new Message("q", i, Kind.GOOD))
                .toList();
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::text).toList();
    }

    private static void keepsTheOrder(
            String url,
            String user,
            String password,
            List<SourceAccessConfiguration> access,
            Consumer<List<String>> send)
            throws Exception {
        var folder = TestServer.temporaryFolder();
        var secret = Files.writeString(folder.resolve("secret.json"), secret(user, password));
        try (var recorder = Recorder.start();
                var servers = Servers.two(
                        folder.resolve("servers"),
                        List.of(
                                "--broker",
                                ARN + "=" + url,
                                "--secret",
                                SECRET + "=" + secret,
                                "--endpoint",
                                "sns=" + recorder.url()))) {
            MappedFunction.make(
                    servers,
                    Map.of("SECONDS", "0.1"),
                    r -> r.eventSourceArn(ARN).queues(QUEUE).batchSize(5).sourceAccessConfigurations(access));
            var polled = servers.polled();
            var before = messages(0, 5);
            send.accept(texts(before));
            Await.until(servers::output, () -> recorder.hasAll(before));
            var stopped = servers.process(servers.poller(polled));

            var during = messages(5, 65);
            send.accept(texts(during));
            Await.until(servers::output, () -> recorder.countOf(during) >= 12);
            Signals.stop(stopped);
            try {
                Await.until(servers::output, () -> recorder.hasAll(during));
            } finally {
                Signals.goOn(stopped);
            }
            // It is back, and neither has it anything left nor is it in the way.
            var after = messages(65, 75);
            send.accept(texts(after));
            Await.until(servers::output, () -> recorder.hasAll(after));

            assertThat(recorder.overtakenOf(during)).isZero();
            assertThat(recorder.overtakenOf(after)).isZero();
        }
    }

    private static String secret(String user, String password) throws IOException {
        return "{\"username\":\"" + user + "\",\"password\":\""
                + password.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    }
}
