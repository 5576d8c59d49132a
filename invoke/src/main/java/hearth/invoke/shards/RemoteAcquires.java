package hearth.invoke.shards;

import hearth.invoke.shards.ShardAnswer.Failed;
import hearth.invoke.shards.ShardAnswer.Moved;
import hearth.invoke.shards.ShardAnswer.Served;
import hearth.invoke.shards.ShardRequest.Acquire;
import hearth.invoke.shards.ShardRequest.Unused;
import hearth.invoke.shards.ShardRequest.Withdraw;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Environments;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.model.worker.MemberId;
import hearth.model.worker.WorkerId;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The requests of other members for environments of this one's shards. What one was answered is kept for a while:
/// whoever asks again has not heard it.
final class RemoteAcquires {
    /// How long an answer is kept: a message may be under way as long.
    private static final long KEPT = TimeUnit.SECONDS.toNanos(10);

    /// How long a member that had no way to a worker is given nothing there.
    private static final long AVOIDED = TimeUnit.SECONDS.toNanos(5);

    private record Key(MemberId from, long ticket) {}

    private record Route(MemberId from, WorkerId worker) {}

    private final Environments environments;
    private final ShardTransport transport;
    private final LongSupplier nanos;
    private final Map<Key, RemoteWaiter> waiters = new ConcurrentHashMap<>();

    /// The ways that were missing, and when each was said to be.
    private final Map<Route, Long> missing = new ConcurrentHashMap<>();

    RemoteAcquires(Environments environments, ShardTransport transport, LongSupplier nanos) {
        this.environments = environments;
        this.transport = transport;
        this.nanos = nanos;
    }

    void acquire(Acquire request) {
        var key = new Key(request.from(), request.ticket());
        var waiter = new RemoteWaiter(key, request, avoided(request.from()));
        var known = waiters.putIfAbsent(key, waiter);
        if (known == null) {
            environments.acquire(request.version(), request.tenant(), waiter);
        } else {
            known.askedAgain();
        }
    }

    private Set<WorkerId> avoided(MemberId from) {
        if (missing.isEmpty()) {
            return Set.of();
        }
        return missing.keySet().stream()
                .filter(route -> route.from().equals(from))
                .map(Route::worker)
                .collect(Collectors.toUnmodifiableSet());
    }

    void withdraw(Withdraw request) {
        var key = new Key(request.from(), request.ticket());
        var known = waiters.get(key);
        if (known != null) {
            known.withdraw();
        }
    }

    void unused(Unused request) {
        if (request.unreachable()) {
            missing.put(new Route(request.from(), request.reservation().worker()), nanos.getAsLong());
        }
        environments.unused(request.reservation(), request.unreachable());
    }

    /// Whoever is not among these waits for nothing any more.
    void membersChanged(Set<MemberId> up) {
        waiters.forEach((key, waiter) -> {
            if (!up.contains(key.from())) {
                waiter.gone();
            }
        });
    }

    /// To be called about once a second.
    void sweep() {
        long now = nanos.getAsLong();
        waiters.values().removeIf(waiter -> waiter.isOver(now));
        missing.values().removeIf(since -> now - since > AVOIDED);
    }

    private final class RemoteWaiter implements Waiter {
        private final Key key;
        private final Acquire request;
        private final Set<WorkerId> avoided;
        /// Guarded by this.
        private @Nullable ShardAnswer answer;

        private boolean withdrawn;
        private long over;

        RemoteWaiter(Key key, Acquire request, Set<WorkerId> avoided) {
            this.key = key;
            this.request = request;
            this.avoided = avoided;
        }

        @Override
        public void served(Assignment assignment) {
            if (decided(new Served(key.ticket(), assignment))) {
                transport.toMember(key.from(), new Served(key.ticket(), assignment));
            } else {
                environments.unused(assignment.reservation(), false);
            }
        }

        @Override
        public void failed(Unavailable why) {
            if (decided(new Failed(key.ticket(), why))) {
                transport.toMember(key.from(), new Failed(key.ticket(), why));
            }
        }

        /// @return false if nobody waits for it any more
        private synchronized boolean decided(ShardAnswer decision) {
            if (withdrawn) {
                return false;
            }
            answer = decision;
            over = nanos.getAsLong();
            return true;
        }

        @Override
        public void moved() {
            waiters.remove(key, this);
            transport.toMember(key.from(), new Moved(key.ticket()));
        }

        @Override
        public Set<WorkerId> avoids() {
            return avoided;
        }

        void askedAgain() {
            ShardAnswer again;
            synchronized (this) {
                again = answer;
            }
            if (again != null) {
                transport.toMember(key.from(), again);
            }
        }

        /// Whoever asked has not used what it may have been given, and will not.
        void withdraw() {
            ShardAnswer given;
            synchronized (this) {
                if (withdrawn) {
                    return;
                }
                withdrawn = true;
                over = nanos.getAsLong();
                given = answer;
                answer = null;
            }
            if (given == null) {
                environments.withdraw(request.version(), request.tenant(), this);
            } else if (given instanceof Served(var _, var assignment)) {
                environments.unused(assignment.reservation(), false);
            }
        }

        /// Whoever asked is no more. What it was given it may have used.
        void gone() {
            boolean waits;
            synchronized (this) {
                waits = !withdrawn && answer == null;
            }
            if (waits) {
                withdraw();
                // It may be back, and ask again.
                waiters.remove(key, this);
            }
        }

        synchronized boolean isOver(long now) {
            return (withdrawn || answer != null) && now - over > KEPT;
        }
    }
}
