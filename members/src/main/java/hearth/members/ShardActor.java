package hearth.members;

import hearth.invoke.shards.ShardHost;
import hearth.members.wire.Spoken;
import hearth.members.wire.WireMessage.Place;
import hearth.members.wire.WireMessage.ToShard;
import hearth.model.worker.ShardId;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.sharding.ShardRegion;

/// A shard at the member that was given it: there as long as it is. Pekko sees to it that there is one of each.
final class ShardActor extends AbstractActor {
    /// How Pekko finds the actor of a message: one for each shard, by its number.
    static final ShardRegion.MessageExtractor EXTRACTOR = new ShardRegion.MessageExtractor() {
        @Override
        public String entityId(Object message) {
            return shardId(message);
        }

        @Override
        public Object entityMessage(Object message) {
            return message instanceof Spoken(var said, var _) ? said : message;
        }

        @Override
        public String shardId(Object message) {
            return switch (entityMessage(message)) {
                case ToShard(var request) -> request.shard().toString();
                case Place(var shard) -> shard.toString();
                default -> throw new IllegalArgumentException("No message for a shard: " + message);
            };
        }
    };

    private final HostedShards shards;
    private final ShardHost host;
    private final ShardId shard;

    private ShardActor(HostedShards shards, ShardHost host) {
        this.shards = shards;
        this.host = host;
        this.shard = new ShardId(Integer.parseInt(getSelf().path().name()));
    }

    static Props props(HostedShards shards, ShardHost host) {
        return Props.create(ShardActor.class, () -> new ShardActor(shards, host));
    }

    /// Another member is to have the shard.
    enum GoAway {
        NOW
    }

    @Override
    public void preStart() {
        shards.given(shard);
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(ToShard.class, message -> host.received(message.request()))
                .match(Place.class, _ -> {})
                .match(GoAway.class, _ -> {
                    // Before Pekko hears that it is gone, and has another begin.
                    shards.taken(shard);
                    getContext().stop(getSelf());
                })
                .build();
    }

    @Override
    public void postStop() {
        shards.taken(shard);
    }
}
