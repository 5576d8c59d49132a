package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// Functions that run on the messages of queues, which a broker of RabbitMQ's own has.
@EnabledIf(value = "isThere", disabledReason = RabbitMqBroker.WHY_NOT)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = "broker", mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class RabbitMqMappingsTest {
    private static RabbitMqBroker broker;
    private static MqFunctions functions;

    static boolean isThere() {
        return RabbitMqBroker.isThere();
    }

    @BeforeAll
    static void start() {
        broker = RabbitMqBroker.launchOne();
        functions = start(TestServer.temporaryFolder());
        broker.awaitStart();
    }

    private static MqFunctions start(Path data) {
        return MqFunctions.start(data, broker.url(), RabbitMqBroker.USER, RabbitMqBroker.PASSWORD);
    }

    @AfterAll
    static void stop() {
        functions.close();
        broker.close();
    }

    @Test
    void givesTheFunctionMessagesAsLambdaDoesAndAcknowledgesThem() {
        var mapping = map("whole", r -> {});

        broker.work(channel -> {
            var properties = new BasicProperties.Builder()
                    .contentType("text/plain")
                    .headers(Map.of("header1", "value1"))
                    .deliveryMode(1)
                    .priority(34)
                    .expiration("60000")
                    .timestamp(Date.from(Instant.ofEpochSecond(2021)))
                    .userId(RabbitMqBroker.USER)
                    .build();
            channel.basicPublish("", "whole", properties, "{\"é\":1}".getBytes(StandardCharsets.UTF_8));
            return properties;
        });

        functions.awaitLog("whole", "DONE 1");
        assertThat(functions.log("whole"))
                .contains("{\"eventSource\": \"aws:rmq\", \"eventSourceArn\": \"" + MqFunctions.BROKER
                        + "\", \"rmqMessagesByQueue\": {\"whole::shop\": [{\"basicProperties\": {\"contentType\":"
                        + " \"text/plain\", \"contentEncoding\": null, \"headers\": {\"header1\": {\"bytes\": [118, 97,"
                        + " 108, 117, 101, 49]}}, \"deliveryMode\": 1, \"priority\": 34, \"correlationId\": null,"
                        + " \"replyTo\": null, \"expiration\": \"60000\", \"messageId\": null, \"timestamp\":"
                        + " \"Jan 1, 1970, 12:33:41 AM\", \"type\": null, \"userId\": \"app\", \"appId\": null,"
                        + " \"clusterId\": null, \"bodySize\": 8}, \"redelivered\": false, \"data\":"
                        + " \"eyLDqSI6MX0=\"}]}}");
        functions.awaitResult(mapping, "OK");
        awaitEmpty("whole");
    }

    @Test
    void triesAFailedBatchAgainAndKeepsTheOrder() {
        // As long as the status shows that it fails.
        var until = "until:" + (Instant.now().toEpochMilli() / 1000.0 + 10);
        var texts = Stream.concat(Stream.of(until), IntStream.range(0, 40).mapToObj(i -> "m" + i))
                .toList();
        broker.create("order");
        broker.send("order", texts);
        var mapping = map("order", r -> r.batchSize(7));

        functions.awaitResult(mapping, "PROBLEM: Function call failed");
        // No more than a batch is taken out.
        assertThat(broker.waiting("order")).isEqualTo(41 - 7);
        Await.until(() -> functions.log("order"), () -> functions.texts("order").size() >= 41);
        assertThat(functions.texts("order")).isEqualTo(texts);
        functions.awaitResult(mapping, "OK");
        assertThat(functions.log("order")).doesNotContain("\"redelivered\": true");
        awaitEmpty("order");
    }

    @Test
    void filtersAndAcknowledgesWhatNobodyWants() {
        map("picky", r -> r.batchSize(2)
                .filterCriteria(c -> c.filters(Filter.builder()
                        .pattern("{\"data\":{\"kind\":[\"a\"]}}")
                        .build())));

        broker.send("picky", List.of("{\"kind\":\"b\"}", "{\"kind\":\"a\"}", "{\"kind\":\"c\"}", "{\"kind\":\"d\"}"));

        functions.awaitLog("picky", "TEXTS");
        awaitEmpty("picky");
        assertThat(functions.texts("picky")).containsExactly("{\"kind\":\"a\"}");
    }

    @Test
    void saysWhatKeepsItFromItsBrokerAndGoesOnOnceNothingDoes() {
        var wrong = functions.map("wrong", r -> r.sourceAccessConfigurations(access("wrong", "shop")));
        var closed = functions.map("closed", r -> r.sourceAccessConfigurations(access("user", "other")));
        var early = functions.map("early", r -> r.sourceAccessConfigurations(access("user", "shop")));

        functions.awaitResult(wrong, "PROBLEM: Lambda failed to authenticate the event source.");
        functions.awaitResult(
                closed, "PROBLEM: Lambda does not have the required permissions to access the event source.");
        functions.awaitResult(early, "PROBLEM: The broker has no queue early.");
        broker.create("early");
        broker.send("early", List.of("late"));
        functions.awaitLog("early", "TEXTS late");
        assertThat(functions.server().output()).doesNotContain("hunter2", RabbitMqBroker.PASSWORD);
    }

    @Test
    @ResourceLock("broker")
    void goesOnOnceItsBrokerIsBack() {
        var mapping = map("back", r -> {});
        broker.send("back", List.of("before"));
        functions.awaitLog("back", "TEXTS before");
        awaitEmpty("back");

        broker.kill();
        functions.awaitResult(
                mapping, "PROBLEM: Connection error. Please check your event source connection configuration.");
        broker.startAgain();
        broker.awaitStart();
        // A broker that is killed may have forgotten a queue that is as young as this, durable or not.
        broker.create("back");
        broker.sendAndConfirm("back", MessageProperties.PERSISTENT_BASIC, "after");

        // That it was acknowledged, a broker that is killed may have forgotten: then what was before comes again.
        Await.until(
                () -> broker.waiting("back") + " wait, " + broker.consumers("back") + " consume, "
                        + functions.log("back"),
                () -> functions.texts("back").contains("after"));
        functions.awaitResult(mapping, "OK");
        awaitEmpty("back");
    }

    @Test
    void losesNothingWhenItIsKilledInTheMiddle() {
        var folder = TestServer.temporaryFolder();
        var sent = IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();
        broker.create("killed");
        try (var first = start(folder)) {
            first.map("killed", Map.of("SLOW", "0.05"), r -> r.batchSize(5)
                    .sourceAccessConfigurations(access("user", "shop")));
            broker.send("killed", sent);
            Await.until("it is in the middle", () -> first.texts("killed").size() > 20);
            first.server().kill();
        }
        try (var second = start(folder)) {
            Await.until(
                    () -> second.texts("killed") + second.server().output(),
                    () -> Set.copyOf(second.texts("killed")).equals(Set.copyOf(sent)));
            awaitEmpty("killed");
            // What ran when it was killed, and no more than that, came twice.
            assertThat(second.texts("killed")).hasSizeLessThanOrEqualTo(sent.size() + 5);
        }
        // Whatever was not acknowledged would be back.
        Await.until("nobody is there", () -> broker.consumers("killed") == 0);
        assertThat(broker.waiting("killed")).isZero();
    }

    /// A function, a queue of the same name, and the mapping between them.
    private static String map(String name, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        broker.create(name);
        return functions.map(name, r -> {
            r.sourceAccessConfigurations(access("user", RabbitMqBroker.VIRTUAL_HOST));
            settings.accept(r);
        });
    }

    private static List<SourceAccessConfiguration> access(String secret, String virtualHost) {
        return List.of(
                MqFunctions.access("BASIC_AUTH", MqFunctions.secretArn(secret)),
                MqFunctions.access("VIRTUAL_HOST", virtualHost));
    }

    private static void awaitEmpty(String queue) {
        Await.until(
                () -> queue + " has still " + broker.waiting(queue)
                        + functions.server().output(),
                () -> broker.waiting(queue) == 0);
    }
}
