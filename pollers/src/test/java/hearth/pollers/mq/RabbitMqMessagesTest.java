package hearth.pollers.mq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.impl.LongStringHelper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RabbitMqMessagesTest {
    private static final Instant NOW = Instant.parse("2026-11-30T00:00:00Z");

    @Test
    void writesAMessageAsLambdaDoes() {
        Map<String, Object> headers = Map.of("header1", LongStringHelper.asLongString("value1"));
        var properties = new BasicProperties.Builder()
                .contentType("text/plain")
                .headers(headers)
                .deliveryMode(1)
                .priority(34)
                .expiration("60000")
                .timestamp(Date.from(Instant.ofEpochSecond(2021)))
                .userId("AIDACKCEVSQ6C2EXAMPLE")
                .build();

        var record = RabbitMqMessages.record(delivery(properties, "{}"), NOW);

        assertThat(new String(record.json(), StandardCharsets.UTF_8))
                .isEqualTo("{\"basicProperties\":{\"contentType\":\"text/plain\",\"contentEncoding\":null,"
                        + "\"headers\":{\"header1\":{\"bytes\":[118,97,108,117,101,49]}},"
                        + "\"deliveryMode\":1,\"priority\":34,\"correlationId\":null,\"replyTo\":null,"
                        + "\"expiration\":\"60000\",\"messageId\":null,\"timestamp\":\"Jan 1, 1970, 12:33:41 AM\","
                        + "\"type\":null,\"userId\":\"AIDACKCEVSQ6C2EXAMPLE\",\"appId\":null,\"clusterId\":null,"
                        + "\"bodySize\":2},\"redelivered\":true,\"data\":\"e30=\"}");
        assertThat(record.hasExpired(NOW.plus(Duration.ofSeconds(59)))).isFalse();
        assertThat(record.hasExpired(NOW.plus(Duration.ofSeconds(60)))).isTrue();
    }

    @Test
    void writesAllThatHeadersCanHold() {
        var headers = new LinkedHashMap<String, Object>();
        headers.put("list", List.of(LongStringHelper.asLongString("é"), true));
        headers.put("table", Map.of("x", 1.5));
        headers.put("bytes", new byte[] {-1, 2});
        headers.put("time", Date.from(Instant.ofEpochSecond(60 * 60 * 13)));
        headers.put("none", null);
        headers.put("nan", Double.NaN);
        headers.put("number", 10);

        var record = RabbitMqMessages.record(
                delivery(new BasicProperties.Builder().headers(headers).build(), ""), NOW);

        assertThat(new String(record.json(), StandardCharsets.UTF_8))
                .contains(
                        "\"list\":[{\"bytes\":[-61,-87]},true]",
                        "\"table\":{\"x\":1.5}",
                        "\"bytes\":[-1,2]",
                        "\"time\":\"Jan 1, 1970, 1:00:00 PM\"",
                        "\"none\":null",
                        "\"nan\":null",
                        "\"number\":10");
        assertThat(record.expires()).isEmpty();
    }

    @Test
    void makesEventsOfBothEngines() {
        var rules = new MqRules("orders", "/", "", 1, Duration.ZERO);
        var record = RabbitMqMessages.record(delivery(new BasicProperties(), "a"), NOW);
        var json = new String(record.json(), StandardCharsets.UTF_8);

        var rabbit = MqEvent.of(Engine.RABBITMQ, "arn:r", rules);
        var active = MqEvent.of(Engine.ACTIVEMQ, "arn:a", rules);

        assertThat(new String(rabbit.of(List.of(record, record)), StandardCharsets.UTF_8))
                .isEqualTo("{\"eventSource\":\"aws:rmq\",\"eventSourceArn\":\"arn:r\",\"rmqMessagesByQueue\":"
                        + "{\"orders::/\":[" + json + "," + json + "]}}");
        assertThat(new String(active.of(List.of(record)), StandardCharsets.UTF_8))
                .isEqualTo("{\"eventSource\":\"aws:mq\",\"eventSourceArn\":\"arn:a\",\"messages\":[" + json + "]}");
        assertThat(active.of(List.of(record))).hasSize(active.size() + record.size() - 1);
    }

    private static Delivery delivery(BasicProperties properties, String body) {
        return new Delivery(new Envelope(1, true, "", "orders"), properties, body.getBytes(StandardCharsets.UTF_8));
    }
}
