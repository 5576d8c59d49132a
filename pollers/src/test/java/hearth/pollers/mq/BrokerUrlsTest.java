package hearth.pollers.mq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUrlsTest {
    @Test
    void tellsTheEngineByTheScheme() {
        assertThat(BrokerUrls.parse("tcp://127.0.0.1:61616")).contains(activeMq("tcp://127.0.0.1:61616"));
        assertThat(BrokerUrls.parse("amqps://b-1.mq.eu-west-1.amazonaws.com:5671"))
                .contains(new BrokerUrls(Engine.RABBITMQ, List.of("amqps://b-1.mq.eu-west-1.amazonaws.com:5671")));
    }

    @Test
    void hasTheNodesOfFailoverTriedOneAfterTheOther() {
        var both = activeMq("ssl://b-1:61617?verifyHostName=false", "ssl://b-2:61617");

        assertThat(BrokerUrls.parse("failover:(ssl://b-1:61617?verifyHostName=false,ssl://b-2:61617)?randomize=false"))
                .contains(both);
        assertThat(BrokerUrls.parse("ssl://b-1:61617?verifyHostName=false, ssl://b-2:61617"))
                .contains(both);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:5672",
                "http://127.0.0.1:8161",
                "vm://localhost",
                "failover:(vm://localhost)",
                "failover:(tcp://a:1,amqp://b)",
                "amqp://user:password@b",
                "tcp://user:password@b",
                "tcp://",
                "amqp://b/vhost"
            })
    void knowsNoOthers(String text) {
        assertThat(BrokerUrls.parse(text)).isEmpty();
    }

    private static BrokerUrls activeMq(String... urls) {
        return new BrokerUrls(Engine.ACTIVEMQ, List.of(urls));
    }
}
