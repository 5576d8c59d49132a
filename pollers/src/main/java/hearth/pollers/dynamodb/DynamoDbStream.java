package hearth.pollers.dynamodb;

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
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/// The stream of a table of DynamoDB, by AWS's client.
final class DynamoDbStream implements Stream {
    private static final ServiceName STREAMS = new ServiceName("DYNAMODB_STREAMS");

    /// Servers that others wrote have both in one.
    private static final ServiceName TABLES = new ServiceName("DYNAMODB");

    /// What GetRecords returns at most.
    private static final int MOST = 1000;

    /// Lambda reads four times a second.
    private static final Duration REST = Duration.ofMillis(250);

    private final AwsClients clients;
    private final ServiceName service;
    private final String arn;
    private final String region;

    DynamoDbStream(AwsClients clients, String arn) {
        this.clients = clients;
        this.service = !clients.isNamed(STREAMS) && clients.isNamed(TABLES) ? TABLES : STREAMS;
        this.arn = arn;
        this.region = arn.split(":", 6)[3];
    }

    @Override
    public RecordSource kind() {
        return RecordSource.DYNAMODB;
    }

    @Override
    public List<Shard> shards() throws SourceException, InterruptedException {
        var found = new ArrayList<Shard>();
        @Nullable String last = null;
        do {
            var after = last;
            var answer = call(
                            "DescribeStream",
                            streams ->
                                    streams.describeStream(r -> r.streamArn(arn).exclusiveStartShardId(after)))
                    .streamDescription();
            answer.shards().forEach(shard -> found.add(shard(shard)));
            last = answer.lastEvaluatedShardId();
        } while (last != null);
        return found;
    }

    private static Shard shard(software.amazon.awssdk.services.dynamodb.model.Shard shard) {
        var range = shard.sequenceNumberRange();
        return new Shard(
                shard.shardId(),
                shard.parentShardId() == null ? List.of() : List.of(shard.parentShardId()),
                range == null ? "" : Objects.requireNonNullElse(range.startingSequenceNumber(), ""),
                range == null || range.endingSequenceNumber() == null);
    }

    @Override
    public Optional<String> iterator(String shard, Position position) throws SourceException, InterruptedException {
        var request = GetShardIteratorRequest.builder().streamArn(arn).shardId(shard);
        switch (position) {
            case Position.TrimHorizon(), Position.AtTime _ -> request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
            case Position.Latest() -> request.shardIteratorType(ShardIteratorType.LATEST);
            case Position.After(var number) ->
                request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                        .sequenceNumber(number);
        }
        try {
            return Optional.ofNullable(
                    client().getShardIterator(request.build()).shardIterator());
        } catch (TrimmedDataAccessException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failure("GetShardIterator", e);
        }
    }

    @Override
    public Reading read(String shard, String iterator, int most) throws SourceException, InterruptedException {
        try {
            var answer = client().getRecords(r -> r.shardIterator(iterator).limit(most));
            var records = answer.records().stream()
                    .<StreamRecord>map(record -> DynamoDbRecord.of(record, arn, region))
                    .toList();
            return new Reading.Records(records, Optional.ofNullable(answer.nextShardIterator()));
        } catch (ExpiredIteratorException e) {
            return new Reading.Expired();
        } catch (TrimmedDataAccessException e) {
            return new Reading.Trimmed();
        } catch (LimitExceededException e) {
            return new Reading.Slowed();
        } catch (SdkException e) {
            if (e instanceof AwsServiceException of && of.isThrottlingException()) {
                return new Reading.Slowed();
            }
            throw failure("GetRecords", e);
        }
    }

    @Override
    public int most() {
        return MOST;
    }

    @Override
    public boolean findsTimes() {
        return false;
    }

    @Override
    public Duration gap() {
        return clients.isLocal(service) ? Duration.ZERO : REST;
    }

    @Override
    public Duration rest() {
        return REST;
    }

    @Override
    public String batchInfo() {
        return "DDBStreamBatchInfo";
    }

    private DynamoDbStreamsClient client() throws SourceException {
        try {
            return clients.get(
                    service,
                    region,
                    DynamoDbStreamsClient.class,
                    (endpoint, at) -> clients.build(DynamoDbStreamsClient.builder(), endpoint, at));
        } catch (NoClientException e) {
            throw new SourceException(String.valueOf(e.getMessage()), e);
        }
    }

    private <T> T call(String operation, Function<DynamoDbStreamsClient, T> action)
            throws SourceException, InterruptedException {
        try {
            return action.apply(client());
        } catch (SdkException e) {
            throw failure(operation, e);
        }
    }

    private SourceException failure(String operation, SdkException failure) throws InterruptedException {
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
