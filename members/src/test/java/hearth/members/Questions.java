package hearth.members;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest.Withdraw;
import hearth.model.worker.ShardId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Asks all shards in turn, once in a millisecond, and again what is not answered soon.
final class Questions {
    private static final long AGAIN = Duration.ofMillis(200).toNanos();

    private final Members asking;
    private final Shards.Host host;
    private final Map<Long, Long> open = new ConcurrentHashMap<>();
    private final Set<Long> repeated = ConcurrentHashMap.newKeySet();
    private final List<Long> took = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger answered = new AtomicInteger();
    private final List<Thread> threads;
    private volatile boolean ended;
    private volatile boolean complete;

    Questions(Members asking, Shards.Host host) {
        this.asking = asking;
        this.host = host;
        this.threads = List.of(
                Thread.ofPlatform().start(this::ask), Thread.ofPlatform().start(this::hear));
    }

    private void ask() {
        long ticket = 0;
        while (!ended) {
            open.put(ticket, System.nanoTime());
            send(ticket);
            ticket++;
            if (ticket % 50 == 0) {
                repeat();
            }
            LockSupport.parkNanos(1_000_000);
        }
        Await.until(TestCluster.LONG, this::toString, () -> {
            LockSupport.parkNanos(50_000_000);
            repeat();
            return open.isEmpty();
        });
        complete = true;
    }

    private void send(long ticket) {
        asking.toShard(new Withdraw(new ShardId((int) (ticket % ShardId.COUNT)), asking.id(), ticket));
    }

    private void repeat() {
        open.forEach((ticket, since) -> {
            if (System.nanoTime() - since > AGAIN) {
                repeated.add(ticket);
                send(ticket);
            }
        });
    }

    private void hear() {
        try {
            while (!complete) {
                var answer = host.answers.poll(20, TimeUnit.MILLISECONDS);
                if (answer instanceof ShardAnswer.Moved(var ticket)) {
                    var since = open.remove(ticket);
                    if (since != null) {
                        answered.incrementAndGet();
                        took.add(System.nanoTime() - since);
                    }
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int answered() {
        return answered.get();
    }

    int repeated() {
        return repeated.size();
    }

    Set<Long> open() {
        return open.keySet();
    }

    /// Asks no more, and waits for all answers.
    void end() throws InterruptedException {
        ended = true;
        for (var thread : threads) {
            thread.join();
        }
    }

    @Override
    public String toString() {
        var sorted = new ArrayList<>(took);
        Collections.sort(sorted);
        return sorted.isEmpty()
                ? "nothing was answered, %d are open".formatted(open.size())
                : "%d answered, %d open, %d repeated; p50 %d us, p99 %d us, longest %d ms"
                        .formatted(
                                sorted.size(),
                                open.size(),
                                repeated.size(),
                                sorted.get(sorted.size() / 2) / 1000,
                                sorted.get(sorted.size() * 99 / 100) / 1000,
                                sorted.getLast() / 1_000_000);
    }
}
