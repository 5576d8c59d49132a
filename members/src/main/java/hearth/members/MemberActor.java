package hearth.members;

import hearth.invoke.shards.ShardHost;
import hearth.link.message.Versions;
import hearth.members.Neighbours.Way;
import hearth.members.wire.Spoken;
import hearth.members.wire.WireMessage.Ping;
import hearth.members.wire.WireMessage.Place;
import hearth.members.wire.WireMessage.Pong;
import hearth.members.wire.WireMessage.ToMember;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.ClusterEvent.ReachabilityEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/// What this member hears from the others, and of them: answers of the owners of shards, pings, and who comes and
/// goes.
final class MemberActor extends AbstractActorWithTimers {
    static final String NAME = "member";

    private static final System.Logger LOG = System.getLogger(MemberActor.class.getName());

    /// After so many pings every shard is seen to have a place.
    private static final int PLACE_EACH = 2;

    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final ShardHost host;
    private final Certainty<Address> certainty;
    private final HostedShards shards;
    private final Map<String, Integer> owned;
    private final ActorRef region;
    private final Consumer<Neighbours> changed;
    private final Timing timing;
    private final Versions speaks;
    private Map<Address, ActorRef> others = Map.of();
    private int pings;
    private Neighbours told = Neighbours.NONE;

    private MemberActor(Parts parts) {
        this.host = parts.host;
        this.certainty = parts.certainty;
        this.shards = parts.shards;
        this.owned = parts.owned;
        this.region = parts.region;
        this.changed = parts.changed;
        this.timing = parts.timing;
        this.speaks = parts.speaks;
    }

    /// @param owned how many shards each of the others has said to own, by its address; for any thread
    /// @param changed told of each change of the members
    /// @param speaks the versions of the protocol that this member does
    record Parts(
            ShardHost host,
            Certainty<Address> certainty,
            HostedShards shards,
            Map<String, Integer> owned,
            ActorRef region,
            Consumer<Neighbours> changed,
            Timing timing,
            Versions speaks) {}

    static Props props(Parts parts) {
        return Props.create(MemberActor.class, () -> new MemberActor(parts));
    }

    /// That it is time for a ping.
    private enum Tick {
        TICK
    }

    @Override
    public void preStart() {
        cluster.subscribe(getSelf(), ClusterEvent.initialStateAsEvents(), MemberEvent.class, ReachabilityEvent.class);
        getTimers().startTimerAtFixedRate(Tick.TICK, Tick.TICK, timing.ping());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Tick.class, _ -> ping())
                .match(Ping.class, this::answer)
                .match(Pong.class, pong -> {
                    var from = getSender().path().address();
                    certainty.answered(from, pong.number(), System.nanoTime());
                    owned.put(ClusterViews.hostAndPort(from), pong.shards());
                })
                .match(ToMember.class, this::answered)
                // To itself, without a word on the network.
                .match(Spoken.class, spoken -> {
                    if (spoken.message() instanceof ToMember message) {
                        answered(message);
                    }
                })
                .match(MemberEvent.class, this::changed)
                .match(ReachabilityEvent.class, this::changed)
                .build();
    }

    private void answered(ToMember message) {
        host.received(message.answer());
    }

    private void ping() {
        // Of the last change Pekko may have told before its own state had it.
        changed();
        long number = certainty.ping(System.nanoTime());
        others.values().forEach(other -> other.tell(new Ping(number), getSelf()));
        if (++pings % PLACE_EACH == 0 && counts(cluster.selfMember())) {
            for (int i = 0; i < ShardId.COUNT; i++) {
                region.tell(new Place(new ShardId(i)), ActorRef.noSender());
            }
        }
    }

    /// Says nothing to whom it does not reach or know: see `Timing`.
    private void answer(Ping ping) {
        var from = getSender().path().address();
        if (others.containsKey(from)
                && cluster.state().getUnreachable().stream()
                        .noneMatch(member -> member.address().equals(from))) {
            getSender().tell(new Pong(ping.number(), shards.count()), getSelf());
        }
    }

    private void changed(MemberEvent event) {
        var member = event.member();
        if (!member.uniqueAddress().equals(cluster.selfUniqueAddress())) {
            var said = said(event);
            if (!said.isEmpty()) {
                LOG.log(
                        Level.INFO,
                        said,
                        Description.name(member.getRoles()),
                        member.address().hostPort());
            }
        }
        changed();
    }

    private static String said(MemberEvent event) {
        return switch (event) {
            case ClusterEvent.MemberUp _ -> "{0} is a member of the cluster";
            case ClusterEvent.MemberLeft _ -> "{0} is leaving the cluster";
            case ClusterEvent.MemberDowned _ -> "{0} is taken out of the cluster";
            case ClusterEvent.MemberRemoved removed
            when removed.previousStatus().equals(MemberStatus.exiting()) -> "{0} has left the cluster";
            default -> "";
        };
    }

    private void changed(ReachabilityEvent event) {
        var name = Description.name(event.member().getRoles());
        LOG.log(
                Level.WARNING,
                event instanceof ClusterEvent.UnreachableMember
                        ? "{0} does not answer other members"
                        : "{0} answers other members again",
                name);
        changed();
    }

    private void changed() {
        var self = cluster.selfUniqueAddress();
        var state = cluster.state();
        var counting = new HashMap<Address, ActorRef>();
        var ways = new HashMap<MemberId, Way>();
        state.getMembers().forEach(member -> {
            if (member.uniqueAddress().equals(self)) {
                ways.put(Description.name(member.getRoles()), new Way(getSelf(), speaks.newest()));
            } else if (counts(member)) {
                var way = others.containsKey(member.address()) ? others.get(member.address()) : at(member.address());
                counting.put(member.address(), way);
                ways.put(
                        Description.name(member.getRoles()),
                        new Way(way, version(Description.speaks(member.getRoles()))));
            }
        });
        others = counting;
        certainty.members(counting.keySet(), counts(cluster.selfMember()), System.nanoTime());
        var view = ClusterViews.of(state);
        var now = new Neighbours(
                view,
                ways,
                view.members().stream()
                        .mapToInt(member -> version(member.speaks()))
                        .min()
                        .orElse(speaks.oldest()));
        if (!now.equals(told)) {
            told = now;
            changed.accept(now);
        }
    }

    /// With one that speaks none of ours, which ought not to be in the cluster, the oldest: as likely as any.
    private int version(Versions theirs) {
        return speaks.common(theirs).orElse(speaks.oldest());
    }

    private ActorRef at(Address address) {
        return ((ExtendedActorSystem) getContext().getSystem()).provider().resolveActorRef(address + "/user/" + NAME);
    }

    /// Whether a member has a say in who goes on: not before it is up, and not once it has given away what it had.
    private static boolean counts(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.leaving());
    }
}
