package hearth.members;

import hearth.cluster.MemberStore;
import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.link.certificates.MemberCertificate;
import hearth.model.Threads;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// This process as a member of a cluster: it joins the others or founds the cluster, is given shards, and carries
/// what its services say to those of the others. Taken out of the cluster, or kept from it, it joins again by
/// itself.
public final class Members implements ShardTransport, AutoCloseable {
    private static final Duration CHECK = Duration.ofMillis(20);

    private final Membership membership;
    private final Thread thread;
    private final Thread watch;
    private volatile boolean closed;

    private Members(Membership membership) {
        this.membership = membership;
        this.thread = Thread.ofPlatform().name("members").daemon().unstarted(membership::run);
        this.watch = Thread.ofPlatform().name("members-watch").daemon().unstarted(this::watch);
    }

    /// @param certificate whose name is this member's
    /// @param random may be used by many threads at once
    public static Members of(
            MembersConfig config, MemberCertificate certificate, MemberStore store, RandomGenerator random) {
        return of(config, Timing.USUAL, certificate, store, random);
    }

    static Members of(
            MembersConfig config,
            Timing timing,
            MemberCertificate certificate,
            MemberStore store,
            RandomGenerator random) {
        return new Members(new Membership(config, timing, certificate, new PatientStore(store), random));
    }

    /// Begins to join, and returns. Called once.
    public void start(ShardHost host) {
        membership.host(host);
        thread.start();
        watch.start();
    }

    private void watch() {
        while (!closed) {
            var node = node();
            if (node != null) {
                node.checkCertainty();
            }
            try {
                Thread.sleep(CHECK);
            } catch (InterruptedException e) {
                // Nobody else knows this thread: it is close().
                return;
            }
        }
    }

    public MemberId id() {
        return membership.id();
    }

    /// Of its present life; null between two.
    @Nullable
    ClusterNode node() {
        return membership.node();
    }

    @Override
    public void toShard(ShardRequest request) {
        var node = node();
        if (node != null) {
            node.toShard(request);
        }
    }

    @Override
    public void toMember(MemberId member, ShardAnswer answer) {
        var node = node();
        if (node != null) {
            node.toMember(member, answer);
        }
    }

    /// Whether this member owns the shard, and certainly nobody else does.
    public boolean owns(ShardId shard) {
        var node = node();
        return node != null && node.shards().owns(shard);
    }

    /// Until when, by `System.nanoTime`, nobody else owns a shard that this member owns. In the past while most of
    /// the members do not answer, and while this one is of no cluster.
    public long certainUntil() {
        var node = node();
        return node == null ? System.nanoTime() - 1 : node.certainUntil();
    }

    public ClusterView view() {
        var node = node();
        return node == null ? ClusterView.NONE : node.view();
    }

    public Standing standing() {
        return membership.standing();
    }

    /// Why this process cannot be of the cluster as this is now, such as members that speak no version of the
    /// protocol that it does; empty while it can.
    public Optional<String> refusal() {
        return membership.refusal();
    }

    /// Gives this member's shards to the others, and leaves the cluster for good.
    ///
    /// @return false when that took longer than there was patience
    public boolean leave(Duration patience) {
        return membership.leave(patience);
    }

    /// Ends at once; without `leave` the others notice a while later.
    @Override
    public void close() {
        closed = true;
        membership.close();
        watch.interrupt();
        if (thread.isAlive()) {
            Threads.awaitEnd(thread);
        }
        if (watch.isAlive()) {
            Threads.awaitEnd(watch);
        }
    }

    /// How this member stands with its cluster.
    public enum Standing {
        /// Of none at the moment; it is trying.
        JOINING,
        UP,
        /// Of one, most members of which do not answer: it looks after no functions.
        UNCERTAIN,
        /// On its way out, or gone.
        LEAVING
    }
}
