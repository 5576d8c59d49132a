package hearth.members;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;

/// Which part of a cluster that was parted goes on: the one that takes the others out in the database first. The
/// larger part asks before the smaller. There is no term: who was taken out stays so, and cannot ask for others to
/// be.
///
/// While the database is away nobody is let go on, and each part would end itself. So a part that holds most of the
/// members goes on without, when it has had no answer for so long (`AWAY`) that the database was away before the
/// cluster was parted. And the database lets a part go on only when it has heard of all that are lost for less than
/// `HEARD`, which is less: of these, none goes on without it.
///
/// Made by Pekko, by its name. Nothing here waits on a thread of Pekko's.
final class MajorityLease extends Lease {
    static final Duration AWAY = Duration.ofSeconds(15);
    static final Duration HEARD = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(MajorityLease.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final LeaseSettings settings;
    private final NodeSetup node;
    private final Cluster cluster;

    MajorityLease(LeaseSettings settings, ExtendedActorSystem system) {
        this.settings = settings;
        this.node = system.settings()
                .setup()
                .get(NodeSetup.class)
                .orElseThrow(() -> new IllegalStateException("A system without what it is made for"));
        this.cluster = Cluster.get(system);
    }

    @Override
    public LeaseSettings getSettings() {
        return settings;
    }

    @Override
    public CompletionStage<Boolean> acquire() {
        var lost = new HashMap<String, Long>();
        cluster.state()
                .getUnreachable()
                .forEach(member -> lost.put(
                        Description.name(member.getRoles()).value(), Description.incarnation(member.getRoles())));
        return node.store()
                .ask(store -> store.goOn(node.id().value(), node.incarnation(), lost, HEARD), PATIENCE)
                .exceptionally(failure -> decideAlone(lost.keySet(), failure))
                .thenApply(goesOn -> {
                    LOG.log(Level.DEBUG, goesOn ? "Goes on without {0}" : "Does not go on without {0}", lost.keySet());
                    return goesOn;
                });
    }

    private boolean decideAlone(Collection<String> lost, Throwable failure) {
        long members = cluster.state().members().count(member -> counts(member.status()));
        long unreachable = cluster.state().unreachable().count(member -> counts(member.status()));
        boolean most = 2 * (members - unreachable) > members;
        boolean away = node.store().silence().compareTo(AWAY) > 0;
        LOG.log(
                Level.WARNING,
                "The database does not say which part of the cluster goes on ({0}). {1} are not reached: this part {2}",
                failure.getMessage(),
                lost,
                most && away ? "goes on, as it has most members" : "ends");
        return most && away;
    }

    private static boolean counts(MemberStatus status) {
        return !status.equals(MemberStatus.joining()) && !status.equals(MemberStatus.weaklyUp());
    }

    @Override
    public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> lost) {
        return acquire();
    }

    @Override
    public CompletionStage<Boolean> release() {
        return CompletableFuture.completedFuture(true);
    }

    /// Asked anew at each decision.
    @Override
    public boolean checkLease() {
        return false;
    }
}
