package hearth.pollers.kafka;

import static hearth.pollers.kafka.Records.record;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class KafkaEventTest {
    private static final String FIRST =
            "{\"topic\":\"orders\",\"partition\":0,\"offset\":7,\"timestamp\":7000,\"timestampType\":\"CREATE_TIME\","
                    + "\"value\":\"dmFsdWUgNw==\",\"headers\":[]}";
    private static final String SECOND =
            FIRST.replace("\"offset\":7", "\"offset\":8").replace("7000", "8000");

    @Test
    void isThatOfAClusterOfItsUsersOwn() {
        var event = new KafkaEvent("", "a:1,b:2");

        assertThat(text(event.of(List.of(record(7)))))
                .isEqualTo(
                        "{\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":\"a:1,b:2\",\"records\":{\"orders-0\":["
                                + FIRST + "]}}");
    }

    @Test
    void isThatOfAmazonMsk() {
        var event = new KafkaEvent("arn:aws:kafka:eu-west-1:1:cluster/c/1", "a:1");
        var records = List.of(record(7), record(8, "value 7"));

        var bytes = event.of(records);

        assertThat(text(bytes))
                .isEqualTo(
                        "{\"eventSource\":\"aws:kafka\",\"eventSourceArn\":\"arn:aws:kafka:eu-west-1:1:cluster/c/1\","
                                + "\"bootstrapServers\":\"a:1\",\"records\":{\"orders-0\":[" + FIRST + "," + SECOND
                                + "]}}");
        // What a batch is closed by.
        assertThat(event.sizeOfFrame("orders-0")
                        + records.stream().mapToInt(KafkaRecord::size).sum()
                        - 1)
                .isEqualTo(bytes.length);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
