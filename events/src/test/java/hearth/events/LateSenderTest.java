package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.DeliveryRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LateSenderTest {
    private static final Target BUCKET = new Target.Bucket("b");
    private static final DeliveryRecord DELIVERY = new DeliveryRecord(
            1,
            "",
            Samples.MAIL,
            "$LATEST",
            "r",
            "",
            DeliveryRecord.Kind.FAILURE,
            new byte[0],
            Optional.empty(),
            0,
            0,
            0,
            Optional.empty());

    private final List<String> happened = new ArrayList<>();
    private final LateSender late = new LateSender(() -> {
        happened.add("made");
        return new Sender();
    });

    private final class Sender implements DestinationSender {
        @Override
        public void send(Target target, DeliveryRecord delivery) {
            happened.add("sent");
        }

        @Override
        public void close() {
            happened.add("closed");
        }
    }

    @Test
    void isMadeOnceAndClosed() throws Exception {
        assertThat(happened).isEmpty();

        late.send(BUCKET, DELIVERY);
        late.send(BUCKET, DELIVERY);
        late.close();

        assertThat(happened).containsExactly("made", "sent", "sent", "closed");
    }

    @Test
    void isNeverMadeWhereNothingIsSent() {
        late.close();

        assertThat(happened).isEmpty();
        assertThatThrownBy(() -> late.send(BUCKET, DELIVERY)).isInstanceOf(DeliveryException.class);
    }
}
