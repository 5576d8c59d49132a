package hearth.pollers.kinesis;

import hearth.pollers.streams.Reading;
import hearth.pollers.streams.StreamRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardRequest;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponse;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/// One call of `SubscribeToShard`: what comes into a shard from a place on, for as long as Kinesis sends it. One event
/// more is taken than the reader has asked for.
///
/// Of the shard's reader, but for what the client's threads put into `arrivals`.
final class Subscription implements AutoCloseable {
    /// The longest that a read waits.
    private static final Duration WAIT = Duration.ofMillis(500);

    private final Function<Record, StreamRecord> records;
    private final CompletableFuture<Void> call;
    private final Receiver receiver = new Receiver();
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private volatile boolean accepted;

    /// Where reading goes on.
    private Place place;

    /// Came, and had no room yet.
    private List<Record> held = List.of();

    /// Where reading goes on behind these; empty at the shard's end.
    private Optional<Place> behind;

    private boolean cameAny;

    private sealed interface Arrival {
        record Came(SubscribeToShardEvent event) implements Arrival {}

        /// @param failure null when Kinesis has ended it
        record Over(@Nullable Throwable failure) implements Arrival {}
    }

    /// What a subscription is at.
    sealed interface State {
        record Read(Reading.Records records) implements State {}

        /// It has ended.
        ///
        /// @param failure empty when Kinesis has ended it
        record Over(Optional<Throwable> failure) implements State {}
    }

    /// @param records makes those that functions get
    Subscription(
            KinesisAsyncClient client,
            String consumer,
            String shard,
            Place place,
            Function<Record, StreamRecord> records) {
        this.records = records;
        this.place = place;
        this.behind = Optional.of(place);
        this.call = client.subscribeToShard(
                SubscribeToShardRequest.builder()
                        .consumerARN(consumer)
                        .shardId(shard)
                        .startingPosition(place.position())
                        .build(),
                receiver);
        var _ = call.whenComplete((_, failure) -> arrivals.add(new Arrival.Over(
                failure instanceof CompletionException of && of.getCause() != null ? of.getCause() : failure)));
    }

    /// Of the client's threads.
    private final class Receiver implements SubscribeToShardResponseHandler, Subscriber<SubscribeToShardEventStream> {
        private volatile org.reactivestreams.@Nullable Subscription events;

        @Override
        public void responseReceived(SubscribeToShardResponse response) {
            accepted = true;
        }

        @Override
        public void onEventStream(
                software.amazon.awssdk.core.async.SdkPublisher<SubscribeToShardEventStream> publisher) {
            publisher.subscribe(this);
        }

        @Override
        public void exceptionOccurred(Throwable failure) {
            // The call fails with it.
        }

        @Override
        public void complete() {
            // So does the call.
        }

        @Override
        public void onSubscribe(org.reactivestreams.Subscription subscription) {
            events = subscription;
            subscription.request(1);
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            // Not all servers say that they have taken it before.
            accepted = true;
            if (event instanceof SubscribeToShardEvent came) {
                arrivals.add(new Arrival.Came(came));
            } else {
                // Kinesis may learn to say more.
                askForMore();
            }
        }

        void askForMore() {
            var from = events;
            if (from != null) {
                from.request(1);
            }
        }

        void cancel() {
            var from = events;
            if (from != null) {
                from.cancel();
            }
        }

        @Override
        public void onError(Throwable failure) {
            arrivals.add(new Arrival.Over(failure));
        }

        @Override
        public void onComplete() {
            arrivals.add(new Arrival.Over(null));
        }
    }

    /// Where reading goes on with what this one has not given out.
    Place place() {
        return place;
    }

    /// Whether Kinesis has taken it.
    boolean isAccepted() {
        return accepted;
    }

    boolean hasBroughtAny() {
        return cameAny;
    }

    /// What has come, or comes within half a second.
    State read(int most) throws InterruptedException {
        if (held.isEmpty() && behind.isPresent()) {
            switch (arrivals.poll(WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
                case null -> {}
                case Arrival.Over(var failure) -> {
                    return new State.Over(Optional.ofNullable(failure));
                }
                case Arrival.Came(var event) -> {
                    cameAny = true;
                    held = event.records();
                    behind = behind(event);
                    receiver.askForMore();
                }
            }
        }
        var some = held.subList(0, Math.min(most, held.size()));
        held = held.subList(some.size(), held.size());
        var next =
                held.isEmpty() ? behind : Optional.of(Place.after(some.getLast().sequenceNumber()));
        place = next.orElse(place);
        return new State.Read(new Reading.Records(some.stream().map(records).toList(), next.map(Place::iterator)));
    }

    /// A shard that has ended names its children, and no place to go on at.
    private Optional<Place> behind(SubscribeToShardEvent event) {
        if (event.hasChildShards() && !event.childShards().isEmpty()) {
            return Optional.empty();
        }
        if (event.continuationSequenceNumber() != null) {
            return Optional.of(Place.after(event.continuationSequenceNumber()));
        }
        return Optional.of(
                event.records().isEmpty()
                        ? place
                        : Place.after(event.records().getLast().sequenceNumber()));
    }

    @Override
    public void close() {
        receiver.cancel();
        var _ = call.cancel(true);
    }
}
