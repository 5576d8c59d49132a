package hearth.pollers.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.events.aws.AwsClients;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.pollers.SourceException;
import hearth.pollers.kinesis.FakeKinesis.Answer;
import hearth.pollers.streams.Position;
import hearth.pollers.streams.Reading;
import hearth.pollers.streams.StreamRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of subscriptions; those of a server that others wrote are `ConsumerMappingsTest`'s.
class ConsumerStreamTest {
    static {
        // As the server has it.
        System.setProperty("aws.cborEnabled", "false");
    }

    private static final String CONSUMER =
            "arn:aws:kinesis:us-east-1:123456789012:stream/orders/consumer/app:1700000000";
    private static final String SHARD = "shardId-000000000000";

    private final AtomicLong nanos = new AtomicLong();
    private FakeKinesis kinesis;
    private AwsClients clients;
    private ConsumerStream stream;

    @BeforeEach
    void open() throws IOException {
        kinesis = new FakeKinesis();
        clients = new AwsClients(
                ServiceEndpoints.NONE.with(List.of("kinesis=" + kinesis.url())), Map.of(), Duration.ofSeconds(20));
        stream = new ConsumerStream(clients, CONSUMER, nanos::get);
    }

    @AfterEach
    void close() {
        stream.close();
        clients.close();
        kinesis.close();
    }

    /// Reads until something comes of it.
    private Reading read(Position from) throws Exception {
        return read(stream.iterator(SHARD, from).orElseThrow(), 100);
    }

    private Reading read(String iterator, int most) throws Exception {
        while (true) {
            var reading = stream.read(SHARD, iterator, most);
            if (!(reading instanceof Reading.Records(var records, var next))
                    || !records.isEmpty()
                    || !next.equals(Optional.of(iterator))) {
                return reading;
            }
        }
    }

    private static List<String> numbers(Reading reading) {
        return ((Reading.Records) reading)
                .records().stream().map(StreamRecord::sequenceNumber).toList();
    }

    private static String next(Reading reading) {
        return ((Reading.Records) reading).next().orElseThrow();
    }

    @Test
    void givesRecordsAsTheyComeAndNoMoreThanThereIsRoomFor() throws Exception {
        kinesis.answers.add(FakeKinesis.lasting(
                FakeKinesis.continuing("3", 1, 2, 3), FakeKinesis.continuing("5"), FakeKinesis.continuing("6", 6)));

        var first = read(stream.iterator(SHARD, new Position.TrimHorizon()).orElseThrow(), 2);
        var second = read(next(first), 2);
        var empty = read(next(second), 2);
        var third = read(next(empty), 2);

        assertThat(numbers(first)).containsExactly("1", "2");
        assertThat(numbers(second)).containsExactly("3");
        assertThat(numbers(empty)).isEmpty();
        assertThat(numbers(third)).containsExactly("6");
        assertThat(kinesis.subscriptions())
                .singleElement()
                .asString()
                .contains("\"ConsumerARN\":\"" + CONSUMER + "\"", "\"ShardId\":\"" + SHARD + "\"", "TRIM_HORIZON");
        assertThat(stream.remark()).isEmpty();
    }

    @Test
    void subscribesAgainBehindWhatCameOnceItsTimeIsOver() throws Exception {
        kinesis.answers.add(FakeKinesis.ending(FakeKinesis.continuing("4", 1, 2)));
        kinesis.answers.add(FakeKinesis.lasting(FakeKinesis.continuing("7", 7)));

        var first = read(new Position.AtTime(Instant.ofEpochSecond(1_700_000_000)));
        var second = read(next(first), 100);

        assertThat(numbers(first)).containsExactly("1", "2");
        assertThat(numbers(second)).containsExactly("7");
        assertThat(kinesis.subscriptions()).hasSize(2);
        assertThat(kinesis.subscriptions().getFirst()).contains("AT_TIMESTAMP", "1700000000");
        assertThat(kinesis.subscriptions().getLast())
                .contains("\"Type\":\"AFTER_SEQUENCE_NUMBER\"", "\"SequenceNumber\":\"4\"");
    }

    @Test
    void endsWhereTheShardHasChildren() throws Exception {
        kinesis.answers.add(FakeKinesis.ending(FakeKinesis.event(
                ",\"ChildShards\":[{\"ShardId\":\"shardId-000000000001\",\"ParentShards\":[\"" + SHARD
                        + "\"],\"HashKeyRange\":{\"StartingHashKey\":\"0\",\"EndingHashKey\":\"1\"}}]",
                8,
                9)));

        var first = read(stream.iterator(SHARD, new Position.After("7")).orElseThrow(), 1);
        var last = read(next(first), 1);

        assertThat(numbers(first)).containsExactly("8");
        assertThat(last).isInstanceOf(Reading.Records.class);
        assertThat(numbers(last)).containsExactly("9");
        assertThat(((Reading.Records) last).next()).isEmpty();
    }

    @Test
    void waitsForASubscriptionThatIsAnothersAndSaysSoWhenThatLasts() throws Exception {
        var inUse = new Answer.Refusal(400, "ResourceInUseException", "Another active subscription exists");
        kinesis.answers.addAll(List.of(inUse, inUse));

        assertThat(read(new Position.TrimHorizon())).isInstanceOf(Reading.Slowed.class);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThatThrownBy(() -> read(new Position.TrimHorizon()))
                .isInstanceOf(SourceException.class)
                .hasMessage("Error occurred while SubscribeToShard: ResourceInUseException:"
                        + " Another active subscription exists");
        kinesis.answers.add(FakeKinesis.lasting(FakeKinesis.continuing("1", 1)));
        assertThat(numbers(read(new Position.TrimHorizon()))).containsExactly("1");
        // That was before; this one may take its time again.
        kinesis.answers.add(inUse);
        assertThat(read(new Position.Latest())).isInstanceOf(Reading.Slowed.class);
    }

    @Test
    void slowsDownAndSaysWhatIsWrong() throws Exception {
        kinesis.answers.add(new Answer.Refusal(400, "LimitExceededException", "too many"));
        assertThat(read(new Position.TrimHorizon())).isInstanceOf(Reading.Slowed.class);
        kinesis.answers.add(new Answer.Refusal(400, "ResourceNotFoundException", "no such consumer"));
        assertThatThrownBy(() -> read(new Position.TrimHorizon())).hasMessage("Stream not found: " + CONSUMER);
        kinesis.answers.add(new Answer.Refusal(400, "AccessDeniedException", "not you"));
        assertThatThrownBy(() -> read(new Position.TrimHorizon()))
                .hasMessage("Error occurred while SubscribeToShard: AccessDeniedException: not you");
        // It would be asked again and again, and nobody would hear of it.
        kinesis.answers.add(FakeKinesis.ending());
        assertThatThrownBy(() -> read(new Position.TrimHorizon()))
                .hasMessage("Error occurred while SubscribeToShard: Kinesis ended the subscription without an event.");
        assertThat(stream.remark()).isEmpty();
    }

    @Test
    void readsByGetRecordsWhereTheEndpointHasNoSubscriptions() throws Exception {
        var iterator = stream.iterator(SHARD, new Position.TrimHorizon()).orElseThrow();
        kinesis.answers.add(new Answer.Refusal(400, "UnknownOperationException", ""));
        assertThat(stream.waits()).isTrue();

        assertThat(read(iterator, 100)).isInstanceOf(Reading.Expired.class);

        assertThat(stream.remark()).startsWith("The endpoint of Kinesis has no SubscribeToShard");
        assertThat(stream.waits()).isFalse();
        // Of another shard, that still has a place.
        assertThat(read(iterator, 100)).isInstanceOf(Reading.Expired.class);
        assertThat(numbers(read(new Position.TrimHorizon()))).containsExactly("1");
        assertThat(kinesis.subscriptions()).hasSize(1);
    }

    @Test
    void knowsAnUnknownOperationByTheWordsOfAwsGateway() throws Exception {
        kinesis.answers.add(new Answer.Refusal(
                400, "AccessDeniedException", "Unable to determine service/operation name to be authorized"));

        assertThat(read(new Position.Latest())).isInstanceOf(Reading.Expired.class);

        assertThat(stream.remark()).isNotEmpty();
    }
}
