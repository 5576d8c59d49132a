package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.activemq.command.ActiveMQQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;
import software.amazon.awssdk.services.lambda.model.Filter;

/// Functions that run on the messages of queues, which a broker of ActiveMQ's own has.
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = "broker", mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class MqMappingsTest {
    private static ActiveMqBroker broker;
    private static MqFunctions functions;

    @BeforeAll
    static void start() {
        broker = ActiveMqBroker.start();
        functions = start(TestServer.temporaryFolder());
    }

    private static MqFunctions start(Path data) {
        // The first node is away, as one of the two of a broker of Amazon MQ is.
        return MqFunctions.start(
                data,
                "failover:(tcp://127.0.0.1:1," + broker.url() + ")?randomize=false",
                ActiveMqBroker.USER,
                ActiveMqBroker.PASSWORD);
    }

    @AfterAll
    static void stop() {
        functions.close();
        broker.close();
    }

    @Test
    void givesTheFunctionMessagesAsLambdaDoesAndAcknowledgesThem() {
        var mapping = functions.map("whole", r -> {});
        assertThat(functions.result(mapping)).isEqualTo("No records processed");

        broker.send("whole", (session, producer) -> {
            var message = session.createTextMessage("{\"é\":1}");
            message.setJMSCorrelationID("c-1");
            message.setJMSReplyTo(new ActiveMQQueue("answers"));
            message.setJMSType("order");
            message.setStringProperty("word", "yes");
            message.setIntProperty("number", 5);
            producer.send(message, DeliveryMode.NON_PERSISTENT, 7, 0);
        });
        broker.sendBytes("whole", "bytes".getBytes(StandardCharsets.UTF_8), Map.of());

        Await.until(() -> functions.log("whole"), () -> functions.texts("whole").size() == 2);
        assertThat(functions.log("whole"))
                .contains("{\"eventSource\": \"aws:mq\", \"eventSourceArn\": \"" + MqFunctions.BROKER
                        + "\", \"messages\": [{\"messageID\": \"ID:")
                .containsPattern(
                        Pattern.compile(
                                "\"messageType\": \"jms/text-message\", \"deliveryMode\": 1,"
                                        + " \"replyTo\": \"queue://answers\", \"type\": \"order\", \"expiration\": 0, \"priority\": 7,"
                                        + " \"correlationId\": \"c-1\", \"redelivered\": false,"
                                        + " \"destination\": \\{\"physicalname\": \"whole\"}, \"data\": \"eyLDqSI6MX0=\","
                                        + " \"timestamp\": \\d{13}, \"brokerInTime\": \\d{13}, \"brokerOutTime\": \\d{13},"
                                        + " \"properties\": \\{(\"word\": \"yes\", \"number\": \"5\"|\"number\": \"5\", \"word\": \"yes\")}}"))
                .containsPattern(Pattern.compile("\"messageType\": \"jms/bytes-message\", \"deliveryMode\": 2,"
                        + " \"replyTo\": null, \"type\": null, \"expiration\": 0, \"priority\": 4,"
                        + " \"correlationId\": null, \"redelivered\": false,"
                        + " \"destination\": \\{\"physicalname\": \"whole\"}, \"data\": \"Ynl0ZXM=\","
                        + " \"timestamp\": \\d{13}, \"brokerInTime\": \\d{13}, \"brokerOutTime\": \\d{13}}"));
        functions.awaitResult(mapping, "OK");
        awaitEmpty("whole");
    }

    @Test
    void triesAFailedBatchAgainAndKeepsTheOrder() {
        // As long as the status shows that it fails.
        var until = "until:" + (Instant.now().toEpochMilli() / 1000.0 + 10);
        var texts = Stream.concat(Stream.of(until), IntStream.range(0, 40).mapToObj(i -> "m" + i))
                .toList();
        broker.send("order", texts.toArray(String[]::new));
        var mapping = functions.map("order", r -> r.batchSize(7));

        functions.awaitResult(mapping, "PROBLEM: Function call failed");
        assertThat(broker.depth("order")).isEqualTo(41);
        Await.until(() -> functions.log("order"), () -> functions.texts("order").size() >= 41);
        assertThat(functions.texts("order")).isEqualTo(texts);
        functions.awaitResult(mapping, "OK");
        awaitEmpty("order");
        // No message was given back to the broker meanwhile.
        assertThat(functions.log("order")).doesNotContain("\"redelivered\": true");
    }

    @Test
    void waitsForAFunctionThatIsThrottled() {
        var mapping = functions.map("throttled", r -> r.enabled(false));
        functions.lambda().putFunctionConcurrency(r -> r.functionName("throttled")
                .reservedConcurrentExecutions(0));
        broker.send("throttled", "patient");
        functions.lambda().updateEventSourceMapping(r -> r.uuid(mapping).enabled(true));

        Await.until("the poller is there", () -> broker.inWork("throttled") == 1);
        functions.lambda().putFunctionConcurrency(r -> r.functionName("throttled")
                .reservedConcurrentExecutions(1));

        functions.awaitLog("throttled", "TEXTS patient");
        awaitEmpty("throttled");
    }

    @Test
    void gathersABatchUntilItIsFullOrItsWindowIsOverOrItHasSixMegabytes() {
        functions.map("gathers", r -> r.batchSize(25).maximumBatchingWindowInSeconds(3));

        broker.send("gathers", IntStream.range(0, 25).mapToObj(i -> "m" + i).toArray(String[]::new));
        functions.awaitLog("gathers", "DONE 25");
        var large = "x".repeat(1_500_000);
        broker.send("gathers", large, large, large, large);

        functions.awaitLog("gathers", "DONE 2");
        Await.until(
                () -> functions.log("gathers"), () -> functions.log("gathers").split("DONE ", -1).length == 4);
        assertThat(functions.log("gathers")).contains("DONE 3", "DONE 1\n");
        awaitEmpty("gathers");
    }

    @Test
    void filtersAndAcknowledgesWhatNobodyWants() {
        functions.map("picky", r -> r.batchSize(2)
                .filterCriteria(c -> c.filters(Filter.builder()
                        .pattern("{\"data\":{\"kind\":[\"a\"]}}")
                        .build())));

        broker.send("picky", "{\"kind\":\"b\"}", "{\"kind\":\"a\"}", "{\"kind\":\"c\"}", "{\"kind\":\"d\"}");

        functions.awaitLog("picky", "TEXTS");
        awaitEmpty("picky");
        Await.until(
                () -> functions.log("picky"), () -> !functions.texts("picky").isEmpty());
        assertThat(functions.texts("picky")).containsExactly("{\"kind\":\"a\"}");
    }

    @Test
    void saysWhatKeepsItFromItsBroker() {
        var wrong = functions.map(
                "wrong",
                r -> r.sourceAccessConfigurations(MqFunctions.access("BASIC_AUTH", MqFunctions.secretArn("wrong"))));
        var unknown = functions.map(
                "unknown",
                r -> r.sourceAccessConfigurations(MqFunctions.access("BASIC_AUTH", MqFunctions.secretArn("lost"))));
        var nowhere = functions.map("nowhere", r -> r.eventSourceArn(MqFunctions.BROKER + "2"));

        functions.awaitResult(wrong, "PROBLEM: Lambda failed to authenticate the event source.");
        functions.awaitResult(
                unknown,
                "PROBLEM: The secret " + MqFunctions.secretArn("lost") + " is not known here: --secret "
                        + MqFunctions.secretArn("lost") + "=FILE, or --endpoint secretsmanager=URL.");
        functions.awaitResult(
                nowhere,
                "PROBLEM: Hearth was not told where the broker " + MqFunctions.BROKER + "2 is: --broker "
                        + MqFunctions.BROKER + "2=URL.");
        assertThat(functions.server().output()).doesNotContain("hunter2", "pass \"");
    }

    @Test
    @ResourceLock("broker")
    void goesOnOnceItsBrokerIsBack() {
        var mapping = functions.map("back", r -> {});
        broker.send("back", "before");
        functions.awaitLog("back", "TEXTS before");
        awaitEmpty("back");

        broker.stop();
        functions.awaitResult(
                mapping, "PROBLEM: Connection error. Please check your event source connection configuration.");
        broker.startAgain();
        broker.send("back", "after");

        functions.awaitLog("back", "TEXTS after");
        functions.awaitResult(mapping, "OK");
        awaitEmpty("back");
    }

    @Test
    void givesBackWhatItHasNotBegunOnceItIsDisabled() {
        var mapping = functions.map("stops", Map.of("SLOW", "1"), r -> r.batchSize(2));
        broker.send("stops", IntStream.range(0, 10).mapToObj(i -> "m" + i).toArray(String[]::new));
        functions.awaitLog("stops", "TEXTS m0 m1");

        functions.lambda().updateEventSourceMapping(r -> r.uuid(mapping).enabled(false));

        Await.until(() -> "the poller is gone of " + functions.log("stops"), () -> broker.consumers("stops") == 0);
        // A log is written a moment after its function has ended.
        Await.until(
                () -> "all are somewhere: " + functions.log("stops"),
                () -> broker.depth("stops") + functions.texts("stops").size() == 10);
        functions.lambda().updateEventSourceMapping(r -> r.uuid(mapping).enabled(true));
        awaitEmpty("stops");
        Await.until(() -> functions.log("stops"), () -> functions.texts("stops").size() >= 10);
        assertThat(functions.texts("stops"))
                .isEqualTo(IntStream.range(0, 10).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void losesNothingWhenItIsKilledInTheMiddle() {
        var folder = TestServer.temporaryFolder();
        var sent = IntStream.range(0, 100).mapToObj(i -> "k" + i).toList();
        try (var first = start(folder)) {
            first.map("killed", Map.of("SLOW", "0.05"), r -> r.batchSize(5));
            broker.send("killed", sent.toArray(String[]::new));
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
    }

    private static void awaitEmpty(String queue) {
        Await.until(
                () -> queue + " has still " + broker.depth(queue)
                        + functions.server().output(),
                () -> broker.depth(queue) == 0);
    }
}
