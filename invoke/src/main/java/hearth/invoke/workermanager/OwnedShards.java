package hearth.invoke.workermanager;

import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The shards that this member looks after, with the epoch of each. Guarded as the EnvironmentTable is.
///
/// An epoch is a counter, and below it 16 bits that each process draws, so that no two members come to the same one.
final class OwnedShards {
    private static final int DRAWN_BITS = 16;
    private static final long DRAWN = (1L << DRAWN_BITS) - 1;

    private final boolean alone;
    private final long drawn;
    private final @Nullable OwnedShard[] shards = new @Nullable OwnedShard[ShardId.COUNT];

    /// The highest epoch that was heard of, of each.
    private final long[] highest = new long[ShardId.COUNT];

    private final Set<WorkerId> reachable = new LinkedHashSet<>();

    private OwnedShards(boolean alone, long drawn) {
        this.alone = alone;
        this.drawn = drawn & DRAWN;
    }

    /// All of them, from the beginning and for good.
    static OwnedShards all(long drawn) {
        var all = new OwnedShards(true, drawn);
        for (int i = 0; i < ShardId.COUNT; i++) {
            var id = new ShardId(i);
            all.shards[i] = new OwnedShard(id, OwnedShard.Phase.SETTLED, all.next(id), true, Instant.EPOCH);
        }
        return all;
    }

    /// None yet.
    static OwnedShards none(long drawn) {
        return new OwnedShards(false, drawn);
    }

    /// Whether no other member can be.
    boolean isAlone() {
        return alone;
    }

    /// Null unless this member looks after it, has begun to, or has lost it a while ago.
    @Nullable
    OwnedShard find(ShardId id) {
        return shards[id.number()];
    }

    List<OwnedShard> all() {
        return Arrays.stream(shards).filter(Objects::nonNull).toList();
    }

    OwnedShard begin(ShardId id, Instant now) {
        var begun = new OwnedShard(id, OwnedShard.Phase.BEGINNING, next(id), false, now);
        shards[id.number()] = begun;
        return begun;
    }

    void end(ShardId id) {
        shards[id.number()] = null;
    }

    /// Another member, or this one before, has used this epoch.
    void heard(ShardId id, long epoch) {
        highest[id.number()] = Math.max(highest[id.number()], epoch);
    }

    /// One that is higher than all that were heard of.
    long next(ShardId id) {
        long next = (((highest[id.number()] >> DRAWN_BITS) + 1) << DRAWN_BITS) | drawn;
        highest[id.number()] = next;
        return next;
    }

    /// Whether its environments are given out here.
    boolean accepts(ShardId id) {
        var shard = shards[id.number()];
        return shard != null && shard.phase() != OwnedShard.Phase.LOST;
    }

    /// Whether environments may be made for it here.
    boolean isSettled(ShardId id) {
        var shard = shards[id.number()];
        return shard != null && shard.phase() == OwnedShard.Phase.SETTLED;
    }

    long epoch(ShardId id) {
        var shard = shards[id.number()];
        if (shard == null) {
            throw new IllegalStateException("Shard " + id + " is not looked after here");
        }
        return shard.epoch();
    }

    boolean isTakenUp(ShardId id, WorkerId worker) {
        var shard = shards[id.number()];
        return shard != null && shard.phase() != OwnedShard.Phase.LOST && shard.isTakenUpAt(worker);
    }

    /// The workers at which environments of a shard may be started; may be asked by any thread.
    Predicate<WorkerId> startsAt(ShardId id) {
        var shard = shards[id.number()];
        return shard == null ? _ -> false : shard::isTakenUpAt;
    }

    Set<WorkerId> reachable() {
        return reachable;
    }
}
