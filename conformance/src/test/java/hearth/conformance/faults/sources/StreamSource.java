package hearth.conformance.faults.sources;

import hearth.conformance.ElasticMq;
import hearth.conformance.Kinesalite;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/// A stream of Kinesis, of which a queue of SQS hears what was given up.
final class StreamSource implements FaultySource {
    private static final String STREAM = "work";
    private static final String TOLD = "told";
    private static final Pattern GIVEN_UP =
            Pattern.compile("\"startSequenceNumber\":\"(\\d+)\".*\"endSequenceNumber\":\"(\\d+)\"");

    private final Kinesalite server;
    private final ElasticMq queues;
    private final RandomGenerator random;

    /// By sequence numbers.
    private final Map<String, Message> sent = new HashMap<>();

    StreamSource(RandomGenerator random) throws IOException, InterruptedException {
        this.server = Kinesalite.start();
        this.queues = ElasticMq.start();
        this.random = random;
        server.create(STREAM, 3);
        queues.create(TOLD);
    }

    @Override
    public String name() {
        return "Kinesis";
    }

    @Override
    public Set<SourceFault> faults() {
        return Set.of(
                SourceFault.BROKER_KILLED,
                SourceFault.BROKER_SILENT,
                SourceFault.BOTH_KILLED,
                SourceFault.SHARD_SPLIT,
                SourceFault.SHARDS_MERGED);
    }

    @Override
    public List<String> options() {
        return List.of("--endpoint", "kinesis=" + server.url(), "--endpoint", "sqs=" + queues.url());
    }

    @Override
    public Map<String, String> variables() {
        return Map.of();
    }

    @Override
    public CreateEventSourceMappingRequest.Builder map(CreateEventSourceMappingRequest.Builder request) {
        return request.eventSourceArn(Kinesalite.arn(STREAM))
                .startingPosition(EventSourcePosition.TRIM_HORIZON)
                .bisectBatchOnFunctionError(true)
                .maximumRetryAttempts(4)
                .destinationConfig(d -> d.onFailure(f -> f.destination(ElasticMq.arn(TOLD))))
                .batchSize(5);
    }

    @Override
    public List<String> keys() {
        return IntStream.range(0, 8).mapToObj(i -> "k" + i).toList();
    }

    @Override
    public void send(Message message) {
        var answer = server.client()
                .putRecord(r ->
                        r.streamName(STREAM).partitionKey(message.key()).data(SdkBytes.fromUtf8String(message.text())));
        synchronized (sent) {
            sent.put(answer.sequenceNumber(), message);
        }
    }

    @Override
    public List<Message> givenUp() {
        var found = new ArrayList<Message>();
        for (var told : queues.take(TOLD)) {
            var numbers = GIVEN_UP.matcher(told.body());
            if (!numbers.find()) {
                throw new IllegalStateException(told.body());
            }
            var from = new BigInteger(numbers.group(1));
            var to = new BigInteger(numbers.group(2));
            synchronized (sent) {
                sent.forEach((number, message) -> {
                    var at = new BigInteger(number);
                    if (number.equals(numbers.group(1))
                            || (at.compareTo(from) > 0 && at.compareTo(to) <= 0 && !from.equals(to))) {
                        found.add(message);
                    }
                });
            }
        }
        return found;
    }

    @Override
    public void begin(SourceFault fault) throws IOException, InterruptedException {
        switch (fault) {
            case BROKER_KILLED, BOTH_KILLED -> server.kill();
            case BROKER_SILENT -> Signals.stop(server.process());
            case SHARD_SPLIT -> split();
            case SHARDS_MERGED -> merge();
            default -> throw new IllegalArgumentException(fault.toString());
        }
    }

    @Override
    public void end(SourceFault fault) throws IOException, InterruptedException {
        switch (fault) {
            case BROKER_KILLED, BOTH_KILLED -> server.startAgain();
            case BROKER_SILENT -> Signals.goOn(server.process());
            default -> server.awaitActive(STREAM);
        }
    }

    /// In the order of their hash keys.
    private List<Shard> open() {
        return server.client().listShards(r -> r.streamName(STREAM)).shards().stream()
                .filter(shard -> shard.sequenceNumberRange().endingSequenceNumber() == null)
                .sorted(Comparator.comparing(StreamSource::start))
                .toList();
    }

    private static BigInteger start(Shard shard) {
        return new BigInteger(shard.hashKeyRange().startingHashKey());
    }

    private void split() {
        var open = open();
        var shard = open.get(random.nextInt(open.size()));
        var end = new BigInteger(shard.hashKeyRange().endingHashKey());
        var middle = start(shard).add(end).shiftRight(1);
        server.client()
                .splitShard(
                        r -> r.streamName(STREAM).shardToSplit(shard.shardId()).newStartingHashKey(middle.toString()));
    }

    private void merge() {
        var open = open();
        if (open.size() < 2) {
            split();
            server.awaitActive(STREAM);
            open = open();
        }
        int first = random.nextInt(open.size() - 1);
        var one = open.get(first).shardId();
        var other = open.get(first + 1).shardId();
        server.client().mergeShards(r -> r.streamName(STREAM).shardToMerge(one).adjacentShardToMerge(other));
    }

    @Override
    public void close() {
        server.close();
        queues.close();
    }
}
