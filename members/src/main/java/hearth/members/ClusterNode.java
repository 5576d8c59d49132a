package hearth.members;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardRequest;
import hearth.link.certificates.MemberCertificate;
import hearth.members.wire.Spoken;
import hearth.members.wire.WireMessage.ToMember;
import hearth.members.wire.WireMessage.ToShard;
import hearth.model.worker.MemberId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ClusterSharding;
import org.apache.pekko.cluster.sharding.ClusterShardingSettings;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;

/// One life of a member in a cluster: from its start until it leaves, or is taken out. Then another one follows in
/// the same process, which knows nothing of this.
final class ClusterNode {
    /// The same at all members: who has another cannot join.
    private static final String SYSTEM = "hearth";

    private static final String SHARDS = "shards";

    private final ActorSystem system;
    private final Cluster cluster;
    private final Certainty<Address> certainty;
    private final HostedShards shards;
    private final Map<String, Integer> owned = new ConcurrentHashMap<>();
    private final ActorRef region;
    private final ActorRef member;
    private volatile Neighbours neighbours = Neighbours.NONE;

    /// @param changed told of each change of the members
    ClusterNode(Parts parts, Consumer<Neighbours> changed) {
        var setup = new NodeSetup(parts.id, parts.incarnation, parts.store);
        var description = Description.of(parts.id, parts.incarnation, parts.config);
        system = ActorSystem.create(
                SYSTEM,
                ActorSystemSetup.create(
                        BootstrapSetup.create(PekkoSettings.of(parts.config, description, parts.timing))
                                .withClassloader(ClusterNode.class.getClassLoader()),
                        SSLEngineProviderSetup.create(_ -> new MemberTls(parts.certificate)),
                        setup));
        cluster = Cluster.get(system);
        certainty = new Certainty<>(parts.timing.trust(), System.nanoTime());
        shards = new HostedShards(parts.host, certainty::until);
        region = ClusterSharding.get(system)
                .start(
                        SHARDS,
                        ShardActor.props(shards, parts.host),
                        ClusterShardingSettings.create(system),
                        ShardActor.EXTRACTOR,
                        ClusterSharding.get(system)
                                .defaultShardAllocationStrategy(ClusterShardingSettings.create(system)),
                        ShardActor.GoAway.NOW);
        member = system.actorOf(
                MemberActor.props(new MemberActor.Parts(
                        parts.host,
                        certainty,
                        shards,
                        owned,
                        region,
                        now -> {
                            neighbours = now;
                            changed.accept(now);
                        },
                        parts.timing,
                        parts.config.speaks())),
                MemberActor.NAME);
    }

    /// What a node is made of.
    ///
    /// @param incarnation of this life
    record Parts(
            MemberId id,
            long incarnation,
            MembersConfig config,
            Timing timing,
            MemberCertificate certificate,
            PatientStore store,
            ShardHost host) {}

    /// Makes a cluster of this node alone.
    void found() {
        cluster.join(cluster.selfAddress());
    }

    /// Begins to join whichever cluster one of these is of. Done when `isUp`.
    ///
    /// @param addresses HOST:PORT of each
    void join(Collection<String> addresses) {
        List<Address> seeds = addresses.stream()
                .map(HostAndPort::parse)
                .map(each -> new Address("pekko", SYSTEM, each.host(), each.port()))
                .toList();
        cluster.joinSeedNodes(seeds);
    }

    boolean isUp() {
        return cluster.selfMember().status().equals(MemberStatus.up());
    }

    boolean isEnded() {
        return system.getWhenTerminated().toCompletableFuture().isDone();
    }

    /// Waits for its end, for so long at most.
    boolean awaitEnd(Duration patience) throws InterruptedException {
        try {
            var _ = system.getWhenTerminated().toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }

    /// What has not ended yet, as Pekko shows it, for the log.
    String remains() {
        return system instanceof ExtendedActorSystem extended ? extended.printTree() : system.toString();
    }

    /// Gives its shards to others, and goes. Done when `isEnded`. One that is of no cluster yet has nothing to give,
    /// and would wait in vain until somebody lets it go.
    void leave() {
        if (cluster.selfMember().status().equals(MemberStatus.removed())) {
            abandon();
            return;
        }
        var _ = CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason());
    }

    /// Goes without a word to the others, and without the phases in which Pekko would wait for theirs; its shards have
    /// ended here when this returns.
    void abandon() {
        shards.takenAll();
        cluster.shutdown();
        system.terminate();
    }

    /// Ends what Pekko's connections are made of, at once. Pekko waits for them to end, and for one to a
    /// member that was cut off it may do so for ever (1.7.0: 3 of 70 cuts on a busy machine).
    void cutConnections() {
        system.actorSelection("/system/Materializers/*").tell(PoisonPill.getInstance(), ActorRef.noSender());
    }

    void checkCertainty() {
        shards.check();
    }

    /// By `System.nanoTime`.
    long certainUntil() {
        return certainty.until();
    }

    HostedShards shards() {
        return shards;
    }

    ClusterView view() {
        var self = ClusterViews.hostAndPort(cluster.selfAddress());
        return new ClusterView(neighbours.view().members().stream()
                .map(each -> each.owning(
                        each.address().equals(self) ? shards.count() : owned.getOrDefault(each.address(), 0)))
                .toList());
    }

    void toShard(ShardRequest request) {
        // Pekko knows who gets it, and may send it on: nobody is to get what it does not know.
        region.tell(new Spoken(new ToShard(request), neighbours.version()), ActorRef.noSender());
    }

    void toMember(MemberId to, ShardAnswer answer) {
        var way = neighbours.ways().get(to);
        if (way != null) {
            way.actor().tell(new Spoken(new ToMember(answer), way.version()), member);
        }
    }
}
