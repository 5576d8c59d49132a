package hearth.members;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who has begun which shards, over all members of a process; and whoever is asked at a shard answers.
final class Shards {
    /// Guarded by this.
    private final Map<ShardId, Map<String, Boolean>> owners = new HashMap<>();

    /// Guarded by this.
    private @Nullable String doubled;

    private synchronized void begin(String member, ShardId shard) {
        var ofShard = owners.computeIfAbsent(shard, _ -> new HashMap<>());
        ofShard.put(member, true);
        if (ofShard.size() > 1 && doubled == null) {
            doubled = "shard " + shard + " at " + ofShard.keySet();
        }
    }

    private synchronized void end(String member, ShardId shard) {
        owners.getOrDefault(shard, new HashMap<>()).remove(member);
    }

    synchronized int of(String member) {
        return (int) owners.values().stream()
                .filter(each -> each.containsKey(member))
                .count();
    }

    synchronized int owned() {
        return (int) owners.values().stream().filter(each -> !each.isEmpty()).count();
    }

    /// The first shard that two members had at once.
    synchronized @Nullable String doubled() {
        return doubled;
    }

    /// One member's.
    final class Host implements ShardHost {
        final String member;
        final BlockingQueue<ShardAnswer> answers = new LinkedBlockingQueue<>();
        volatile Set<MemberId> up = Set.of();
        final AtomicInteger partings = new AtomicInteger();
        private final Supplier<ShardTransport> transport;

        Host(String member, Supplier<ShardTransport> transport) {
            this.member = member;
            this.transport = transport;
        }

        @Override
        public void begin(ShardId shard) {
            Shards.this.begin(member, shard);
        }

        @Override
        public void end(ShardId shard) {
            Shards.this.end(member, shard);
        }

        @Override
        public void received(ShardRequest request) {
            if (request instanceof ShardRequest.Withdraw withdraw) {
                transport.get().toMember(withdraw.from(), new ShardAnswer.Moved(withdraw.ticket()));
            }
        }

        @Override
        public void received(ShardAnswer answer) {
            answers.add(answer);
        }

        @Override
        public void parted() {
            partings.incrementAndGet();
        }

        @Override
        public void membersChanged(Set<MemberId> now) {
            up = now;
        }
    }
}
