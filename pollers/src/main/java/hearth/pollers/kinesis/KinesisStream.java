package hearth.pollers.kinesis;

import hearth.events.aws.AwsClients;
import hearth.events.aws.NoClientException;
import hearth.model.endpoints.ServiceName;
import hearth.model.filter.RecordSource;
import hearth.pollers.SourceException;
import hearth.pollers.streams.Position;
import hearth.pollers.streams.Reading;
import hearth.pollers.streams.Shard;
import hearth.pollers.streams.Stream;
import hearth.pollers.streams.StreamRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// A data stream of Kinesis that is read by `GetRecords`, by AWS's client.
final class KinesisStream implements Stream {
    static final ServiceName KINESIS = new ServiceName("KINESIS");

    /// What GetRecords returns at most.
    private static final int MOST = 10_000;

    /// AWS lets a shard be read five times a second by all together, and Lambda does so once.
    private static final Duration GAP = Duration.ofMillis(200);

    private static final Duration REST = Duration.ofSeconds(1);
    private static final Duration LOCAL_REST = Duration.ofMillis(200);

    private final AwsClients clients;
    private final String arn;
    private final String region;
    private final String name;
    private final boolean local;

    KinesisStream(AwsClients clients, String arn) {
        var parts = arn.split(":", 6);
        this.clients = clients;
        this.arn = arn;
        this.region = parts[3];
        // stream/NAME or stream/NAME/consumer/NAME:TIME
        this.name = parts[5].split("/")[1];
        this.local = clients.isLocal(KINESIS);
    }

    String region() {
        return region;
    }

    @Override
    public RecordSource kind() {
        return RecordSource.KINESIS;
    }

    @Override
    public List<Shard> shards() throws SourceException, InterruptedException {
        var found = new ArrayList<Shard>();
        @Nullable String token = null;
        do {
            var request = ListShardsRequest.builder();
            // A page that follows is named by its token alone.
            var page = token == null ? request.streamName(name) : request.nextToken(token);
            var answer = call("ListShards", kinesis -> kinesis.listShards(page.build()));
            answer.shards().forEach(shard -> found.add(shard(shard)));
            token = answer.nextToken();
        } while (token != null);
        return found;
    }

    private static Shard shard(software.amazon.awssdk.services.kinesis.model.Shard shard) {
        var parents = new ArrayList<String>();
        if (shard.parentShardId() != null) {
            parents.add(shard.parentShardId());
        }
        if (shard.adjacentParentShardId() != null) {
            parents.add(shard.adjacentParentShardId());
        }
        var range = shard.sequenceNumberRange();
        return new Shard(
                shard.shardId(),
                parents,
                range == null ? "" : Objects.requireNonNullElse(range.startingSequenceNumber(), ""),
                range == null || range.endingSequenceNumber() == null);
    }

    @Override
    public Optional<String> iterator(String shard, Position position) throws SourceException, InterruptedException {
        var request = GetShardIteratorRequest.builder().streamName(name).shardId(shard);
        switch (position) {
            case Position.TrimHorizon() -> request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
            case Position.Latest() -> request.shardIteratorType(ShardIteratorType.LATEST);
            case Position.AtTime _ when !findsTimes() -> request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
            case Position.AtTime(var time) ->
                request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(time);
            case Position.After(var number) ->
                request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                        .startingSequenceNumber(number);
        }
        return Optional.ofNullable(call("GetShardIterator", kinesis -> kinesis.getShardIterator(request.build()))
                .shardIterator());
    }

    @Override
    public Reading read(String shard, String iterator, int most) throws SourceException, InterruptedException {
        try {
            var answer = client().getRecords(r -> r.shardIterator(iterator).limit(most));
            var records = answer.records().stream()
                    .map(record -> record(record, shard))
                    .toList();
            return new Reading.Records(records, Optional.ofNullable(answer.nextShardIterator()));
        } catch (ExpiredIteratorException e) {
            return new Reading.Expired();
        } catch (ProvisionedThroughputExceededException | LimitExceededException e) {
            return new Reading.Slowed();
        } catch (SdkException e) {
            if (e instanceof AwsServiceException of && of.isThrottlingException()) {
                return new Reading.Slowed();
            }
            throw failure("GetRecords", e);
        }
    }

    StreamRecord record(software.amazon.awssdk.services.kinesis.model.Record record, String shard) {
        return new KinesisRecord(record, shard, arn, region);
    }

    @Override
    public int most() {
        return MOST;
    }

    /// kinesalite has no answer when nothing is younger than the time that it is asked for.
    @Override
    public boolean findsTimes() {
        return !local;
    }

    @Override
    public Duration gap() {
        return local ? Duration.ZERO : GAP;
    }

    @Override
    public Duration rest() {
        return local ? LOCAL_REST : REST;
    }

    @Override
    public String batchInfo() {
        return "KinesisBatchInfo";
    }

    private KinesisClient client() throws SourceException {
        try {
            return clients.get(
                    KINESIS,
                    region,
                    KinesisClient.class,
                    (endpoint, at) -> clients.build(KinesisClient.builder(), endpoint, at));
        } catch (NoClientException e) {
            throw new SourceException(String.valueOf(e.getMessage()), e);
        }
    }

    private <T> T call(String operation, Function<KinesisClient, T> action)
            throws SourceException, InterruptedException {
        try {
            return action.apply(client());
        } catch (SdkException e) {
            throw failure(operation, e);
        }
    }

    SourceException failure(String operation, SdkException failure) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException(operation + " was broken off");
        }
        return new SourceException(
                failure instanceof ResourceNotFoundException
                        ? "Stream not found: " + arn
                        : failure instanceof AwsServiceException of && of.awsErrorDetails() != null
                                ? "Error occurred while " + operation + ": "
                                        + of.awsErrorDetails().errorCode() + ": "
                                        + of.awsErrorDetails().errorMessage()
                                : "Error occurred while " + operation + ": " + failure.getMessage(),
                failure);
    }
}
