package hearth.worker;

import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Which member looks after each shard, as far as this worker has heard, and under which epoch: the only one whose
/// commands to start and end environments it follows. Epochs of a shard only grow.
final class ShardOwners {
    private final AtomicReferenceArray<Owner> owners = new AtomicReferenceArray<>(ShardId.COUNT);
    /// Who has a shard before anyone has taken it up.
    private final Member nobody;

    /// Who looks after a shard.
    record Owner(Member member, long epoch) {}

    ShardOwners(WorkerId worker) {
        var nobody = new Owner(new Member(new MemberId("nobody"), worker), Long.MIN_VALUE);
        for (int i = 0; i < ShardId.COUNT; i++) {
            owners.set(i, nobody);
        }
        this.nobody = nobody.member();
    }

    Owner of(ShardId shard) {
        return owners.get(shard.number());
    }

    boolean belongsTo(ShardId shard, Member member) {
        return of(shard).member() == member;
    }

    /// Whether nobody has taken it up yet.
    boolean isFree(ShardId shard) {
        return belongsTo(shard, nobody);
    }

    /// Whether a member looks after anything here.
    boolean hasAny(Member member) {
        for (int i = 0; i < ShardId.COUNT; i++) {
            if (belongsTo(new ShardId(i), member)) {
                return true;
            }
        }
        return false;
    }

    /// What came of an attempt to take up a shard.
    ///
    /// @param before who looked after it until then
    /// @param now who does from now on
    record Change(Owner before, Owner now) {
        boolean isOver(Member member, long epoch) {
            return now.member() != member || now.epoch() != epoch;
        }

        /// Who looked after the shard and does no more, if it has changed hands.
        Optional<Member> loser() {
            return before.member() == now.member() ? Optional.empty() : Optional.of(before.member());
        }
    }

    /// Gives the shard to a member if it comes with a later epoch than all before, or had it under this one.
    Change takeUp(ShardId shard, Member member, long epoch) {
        while (true) {
            var before = of(shard);
            if (!mayFollow(before, member, epoch)) {
                return new Change(before, before);
            }
            var now = new Owner(member, epoch);
            if (owners.compareAndSet(shard.number(), before, now)) {
                return new Change(before, now);
            }
        }
    }

    private boolean mayFollow(Owner before, Member member, long epoch) {
        return before.member() == nobody
                || epoch > before.epoch()
                || (epoch == before.epoch() && member == before.member());
    }

    /// Why an invocation with a reservation of this epoch is not run; null if it is.
    ///
    /// Nobody has an environment to give out before this worker has told them of it. So an epoch that it has not
    /// heard of is of no member that has taken the shard up here, and that one would never hear of the end of the
    /// invocation. Whoever is alone counts its epochs without a word.
    @Nullable
    String refusal(ShardId shard, long epoch) {
        var owner = of(shard);
        if (epoch == owner.epoch()) {
            return null;
        }
        if (epoch < owner.epoch()) {
            return "there is a later WorkerManager";
        }
        if (owner.member().id().equals(MemberId.ALONE)) {
            var _ = takeUp(shard, owner.member(), epoch);
            return null;
        }
        return "the member that gives the environment out has not taken it up here";
    }
}
