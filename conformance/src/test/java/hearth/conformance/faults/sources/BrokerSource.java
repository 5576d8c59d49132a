package hearth.conformance.faults.sources;

import com.rabbitmq.client.AMQP.BasicProperties;
import hearth.conformance.RabbitMqBroker;
import hearth.conformance.faults.sources.Message.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// A queue of RabbitMQ. Poison expires, and then is the dead letter exchange's.
final class BrokerSource implements FaultySource {
    private static final String ARN = "arn:aws:mq:eu-west-1:000000000000:broker:orders:b-1";
    private static final String SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:user-AbCdEf";
    private static final String QUEUE = "work";
    private static final String DEAD = "dead";

    private final RabbitMqBroker broker = RabbitMqBroker.launchOne();
    private final Path secret;

    BrokerSource(Path folder) throws IOException {
        broker.awaitStart();
        this.secret = Files.writeString(
                Files.createDirectories(folder).resolve("secret.json"),
                "{\"username\":\"" + RabbitMqBroker.USER + "\",\"password\":\"" + RabbitMqBroker.PASSWORD + "\"}");
        broker.create(DEAD);
        broker.work(channel -> channel.queueDeclare(
                QUEUE, true, false, false, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", DEAD)));
    }

    @Override
    public String name() {
        return "RabbitMQ";
    }

    @Override
    public Set<SourceFault> faults() {
        return Set.of(SourceFault.BROKER_KILLED, SourceFault.BROKER_SILENT, SourceFault.BOTH_KILLED);
    }

    @Override
    public List<String> options() {
        return List.of("--broker", ARN + "=" + broker.url(), "--secret", SECRET + "=" + secret);
    }

    @Override
    public Map<String, String> variables() {
        return Map.of();
    }

    @Override
    public CreateEventSourceMappingRequest.Builder map(CreateEventSourceMappingRequest.Builder request) {
        return request.eventSourceArn(ARN)
                .queues(QUEUE)
                .batchSize(5)
                .sourceAccessConfigurations(
                        access("BASIC_AUTH", SECRET), access("VIRTUAL_HOST", RabbitMqBroker.VIRTUAL_HOST));
    }

    private static SourceAccessConfiguration access(String type, String uri) {
        return SourceAccessConfiguration.builder().type(type).uri(uri).build();
    }

    @Override
    public List<String> keys() {
        return List.of("q");
    }

    @Override
    public void send(Message message) {
        var properties = new BasicProperties.Builder().deliveryMode(2);
        if (message.kind() == Kind.POISON) {
            properties.expiration("6000");
        }
        broker.sendAndConfirm(QUEUE, properties.build(), message.text());
    }

    @Override
    public List<Message> givenUp() {
        return broker.work(channel -> {
            var found = new ArrayList<Message>();
            for (var dead = channel.basicGet(DEAD, true); dead != null; dead = channel.basicGet(DEAD, true)) {
                found.add(Message.of(new String(dead.getBody(), StandardCharsets.UTF_8)));
            }
            return found;
        });
    }

    @Override
    public void begin(SourceFault fault) throws Exception {
        if (fault == SourceFault.BROKER_SILENT) {
            Signals.stop(broker.process());
        } else {
            broker.kill();
        }
    }

    @Override
    public void end(SourceFault fault) throws Exception {
        if (fault == SourceFault.BROKER_SILENT) {
            Signals.goOn(broker.process());
        } else {
            broker.startAgain();
            broker.awaitStart();
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
