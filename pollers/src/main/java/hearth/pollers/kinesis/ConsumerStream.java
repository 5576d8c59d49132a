package hearth.pollers.kinesis;

import hearth.events.aws.AwsClients;
import hearth.events.aws.NoClientException;
import hearth.model.filter.RecordSource;
import hearth.pollers.SourceException;
import hearth.pollers.streams.Position;
import hearth.pollers.streams.Reading;
import hearth.pollers.streams.Shard;
import hearth.pollers.streams.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;

/// A data stream of Kinesis as a consumer with enhanced fan-out reads it. `SubscribeToShard` has Kinesis send what
/// comes into a shard, for five minutes at most; then it is called again.
///
/// Where the endpoint has no such operation, the stream is read by `GetRecords`, which `remark` tells of.
final class ConsumerStream implements Stream {
    private static final Logger LOG = System.getLogger(ConsumerStream.class.getName());

    /// What services that do not know an operation call that.
    private static final Set<String> UNKNOWN = Set.of(
            "UnknownOperationException",
            "UnknownOperation",
            "InvalidAction",
            "NotImplemented",
            "NotImplementedError",
            "NotImplementedException");

    /// In the message of AWS's own gateway, whose code is that of those who may not.
    private static final String UNKNOWN_WORDS = "Unable to determine service/operation name";

    private static final int NOT_IMPLEMENTED = 501;

    /// For how long a subscription may be another's before that is a problem: Kinesis gives none for five seconds after
    /// the one before, be it that of a poller which is gone.
    private static final Duration TAKE_OVER = Duration.ofSeconds(10);

    private final AwsClients clients;
    private final String arn;
    private final KinesisStream stream;
    private final LongSupplier nanos;

    /// Of shards that are read, by their names.
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

    /// Since when subscriptions are another's, by the names of their shards.
    private final Map<String, Long> inUse = new ConcurrentHashMap<>();

    private volatile boolean polled;

    /// @param nanos of a clock that nobody sets
    ConsumerStream(AwsClients clients, String arn, LongSupplier nanos) {
        this.nanos = nanos;
        this.clients = clients;
        this.arn = arn;
        this.stream = new KinesisStream(clients, arn);
    }

    @Override
    public RecordSource kind() {
        return stream.kind();
    }

    @Override
    public List<Shard> shards() throws SourceException, InterruptedException {
        return stream.shards();
    }

    @Override
    public Optional<String> iterator(String shard, Position position) throws SourceException, InterruptedException {
        return polled
                ? stream.iterator(shard, position)
                : Optional.of(Place.of(position).iterator());
    }

    @Override
    public Reading read(String shard, String iterator, int most) throws SourceException, InterruptedException {
        var place = Place.parse(iterator);
        if (place.isPresent() == polled) {
            return new Reading.Expired();
        }
        if (place.isEmpty()) {
            return stream.read(shard, iterator, most);
        }
        var subscription = subscriptions.get(shard);
        if (subscription == null || !subscription.place().equals(place.get())) {
            end(shard);
            subscription = subscribe(shard, place.get());
            subscriptions.put(shard, subscription);
        }
        return switch (subscription.read(most)) {
            case Subscription.State.Read(var records) -> {
                if (subscription.isAccepted()) {
                    inUse.remove(shard);
                }
                if (records.next().isEmpty()) {
                    end(shard);
                }
                yield records;
            }
            case Subscription.State.Over(var failure) -> {
                end(shard);
                yield subscription.isAccepted()
                        ? ended(shard, subscription, failure)
                        : refused(shard, failure.orElseGet(() -> SdkClientException.create("no answer")));
            }
        };
    }

    private Subscription subscribe(String shard, Place place) throws SourceException {
        try {
            var client = clients.get(
                    KinesisStream.KINESIS,
                    stream.region(),
                    KinesisAsyncClient.class,
                    (endpoint, at) ->
                            clients.buildWaiting(KinesisAsyncClient.builder(), endpoint, at, protocol(endpoint)));
            return new Subscription(client, arn, shard, place, record -> stream.record(record, shard));
        } catch (NoClientException e) {
            throw new SourceException(String.valueOf(e.getMessage()), e);
        }
    }

    /// AWS speaks HTTP/2 here. Servers of Kinesis on a laptop, in clear, all speak HTTP/1.1, and few HTTP/2.
    private static Protocol protocol(URI endpoint) {
        return "https".equalsIgnoreCase(endpoint.getScheme()) ? Protocol.HTTP2 : Protocol.HTTP1_1;
    }

    /// A subscription is over: its five minutes are, another took its place, or its connection broke.
    private Reading ended(String shard, Subscription subscription, Optional<Throwable> failure) throws SourceException {
        failure.ifPresent(why -> LOG.log(Level.DEBUG, "A subscription of " + arn + " to " + shard + " broke off", why));
        inUse.remove(shard);
        if (failure.isEmpty() && !subscription.hasBroughtAny()) {
            throw new SourceException(
                    "Error occurred while SubscribeToShard: Kinesis ended the subscription without an event.", null);
        }
        return subscription.place().moves()
                ? new Reading.Expired()
                : new Reading.Records(
                        List.of(), Optional.of(subscription.place().iterator()));
    }

    private Reading refused(String shard, Throwable failure) throws SourceException, InterruptedException {
        if (isUnknown(failure)) {
            if (!polled) {
                polled = true;
                LOG.log(Level.WARNING, "{0}: {1}", arn, remark());
            }
            return new Reading.Expired();
        }
        if (failure instanceof ResourceInUseException) {
            long now = nanos.getAsLong();
            if (now - inUse.computeIfAbsent(shard, _ -> now) < TAKE_OVER.toNanos()) {
                return new Reading.Slowed();
            }
        }
        if (failure instanceof LimitExceededException
                || (failure instanceof AwsServiceException of && of.isThrottlingException())) {
            return new Reading.Slowed();
        }
        throw stream.failure(
                "SubscribeToShard",
                failure instanceof SdkException of ? of : SdkClientException.create(failure.toString(), failure));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof AwsServiceException of
                && (of.statusCode() == NOT_IMPLEMENTED
                        || (of.awsErrorDetails() != null
                                && UNKNOWN.contains(
                                        String.valueOf(of.awsErrorDetails().errorCode())))
                        || String.valueOf(of.getMessage()).contains(UNKNOWN_WORDS));
    }

    private void end(String shard) {
        var over = subscriptions.remove(shard);
        if (over != null) {
            over.close();
        }
    }

    @Override
    public String remark() {
        return polled
                ? "The endpoint of Kinesis has no SubscribeToShard, so that the stream is read by GetRecords, which it"
                        + " shares with all others who read it. EventSourceArn may as well name the stream."
                : "";
    }

    @Override
    public boolean waits() {
        return !polled;
    }

    @Override
    public int most() {
        return stream.most();
    }

    @Override
    public boolean findsTimes() {
        return !polled || stream.findsTimes();
    }

    @Override
    public Duration gap() {
        return polled ? stream.gap() : Duration.ZERO;
    }

    @Override
    public Duration rest() {
        return stream.rest();
    }

    @Override
    public String batchInfo() {
        return stream.batchInfo();
    }

    @Override
    public void close() {
        subscriptions.keySet().forEach(this::end);
    }
}
