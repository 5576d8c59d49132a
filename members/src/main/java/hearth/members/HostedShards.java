package hearth.members;

import hearth.invoke.shards.ShardHost;
import hearth.model.worker.ShardId;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.LongSupplier;

/// The shards that this member has been given, and has begun: no longer than it is certain that nobody else has
/// begun them. When that is over they end, here and at once, whether or not anything can be heard of the others; when
/// it is certain again they begin anew.
final class HostedShards {
    private static final System.Logger LOG = System.getLogger(HostedShards.class.getName());

    private final ShardHost host;
    private final LongSupplier certainUntil;

    /// Guarded by this.
    private final boolean[] given = new boolean[ShardId.COUNT];

    /// Guarded by this.
    private boolean certain;

    /// 1 for what has begun. Written under this, read by anyone.
    private final AtomicIntegerArray begun = new AtomicIntegerArray(ShardId.COUNT);

    /// @param certainUntil by `System.nanoTime`
    HostedShards(ShardHost host, LongSupplier certainUntil) {
        this.host = host;
        this.certainUntil = certainUntil;
    }

    synchronized void given(ShardId shard) {
        given[shard.number()] = true;
        check();
        settle(shard);
    }

    /// It has ended here when this returns.
    synchronized void taken(ShardId shard) {
        given[shard.number()] = false;
        settle(shard);
    }

    synchronized void takenAll() {
        for (int i = 0; i < given.length; i++) {
            taken(new ShardId(i));
        }
    }

    /// To be called often.
    synchronized void check() {
        boolean now = isCertain();
        if (now != certain) {
            certain = now;
            if (!now && count() > 0) {
                LOG.log(
                        Level.WARNING,
                        "Most members of the cluster do not answer. The functions of {0} shards are looked after here again once they do, or others do",
                        count());
            }
            for (int i = 0; i < given.length; i++) {
                settle(new ShardId(i));
            }
        }
    }

    private boolean isCertain() {
        return System.nanoTime() - certainUntil.getAsLong() < 0;
    }

    private void settle(ShardId shard) {
        boolean wanted = certain && given[shard.number()];
        if (wanted == (begun.get(shard.number()) == 1)) {
            return;
        }
        begun.set(shard.number(), wanted ? 1 : 0);
        try {
            if (wanted) {
                host.begin(shard);
            } else {
                host.end(shard);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "Shard " + shard + (wanted ? " did not begin well" : " did not end well"), e);
        }
    }

    boolean owns(ShardId shard) {
        return begun.get(shard.number()) == 1 && isCertain();
    }

    int count() {
        int count = 0;
        for (int i = 0; i < ShardId.COUNT; i++) {
            count += begun.get(i);
        }
        return count;
    }
}
