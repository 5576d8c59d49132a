package hearth.worker;

import hearth.model.Bytes;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.Report.Taken;
import hearth.model.worker.WorkerCapacity;
import hearth.worker.HostedEnvironments.Hosted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/// What the worker reports: to all members what there is of it and what is taken, to each of its environments those
/// that this member looks after.
final class Reports {
    private final WorkerCapacity capacity;
    private final FreeMemory memory;
    private final ShardOwners owners;
    private final UnaryOperator<Bytes> overhead;
    private final AtomicLong numbers;

    /// @param overhead what a sandbox takes besides the memory of its function, which is told of as taken
    /// @param first number: greater than that of every report before this worker's process began
    Reports(WorkerCapacity capacity, FreeMemory memory, ShardOwners owners, UnaryOperator<Bytes> overhead, long first) {
        this.capacity = capacity;
        this.memory = memory;
        this.owners = owners;
        this.overhead = overhead;
        this.numbers = new AtomicLong(first);
    }

    /// To be drawn before the environments are looked at: what is reported under a later number is no older.
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /// @param sent what runs that members sent
    void tell(long number, Collection<Hosted> environments, List<Sent> sent, Collection<Member> members) {
        var standings = new IdentityHashMap<Member, List<ReportedEnvironment>>();
        long taken = 0;
        long milliCpus = 0;
        int idle = 0;
        int starting = 0;
        int count = 0;
        for (var one : environments) {
            var standing = one.environment().standing();
            var spec = one.environment().spec();
            count++;
            var memory = spec.function().memory();
            taken += memory.plus(overhead.apply(memory)).count();
            milliCpus += spec.function().milliCpus();
            if (standing.phase() == Phase.IDLE && !spec.isKept()) {
                idle++;
            } else if (standing.phase() == Phase.STARTING) {
                starting++;
            }
            standings
                    .computeIfAbsent(owners.of(one.shard()).member(), _ -> new ArrayList<>())
                    .add(standing);
        }
        var all = new Taken(count, new Bytes(taken), milliCpus, idle, starting);
        for (var member : members) {
            member.accept(new Report(
                    number,
                    capacity,
                    all,
                    memory.isEnough(),
                    memory.isEnoughToKeep(),
                    standings.getOrDefault(member, List.of()),
                    true,
                    sent));
        }
    }
}
