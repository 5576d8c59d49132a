package hearth.worker;

import hearth.model.FunctionId;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.worker.environment.InvocationObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/// A member of the cluster, as the worker knows it: it is told what became of what it sent.
final class Member implements InvocationObserver {
    private final MemberId id;
    private final WorkerId worker;
    private volatile WorkerEvents events = (_, _) -> {};
    private volatile boolean listens;
    private volatile Sending sending = new Sending();
    /// What came by earlier connections, as long as any of it runs.
    private final Set<Sending> former = ConcurrentHashMap.newKeySet();

    /// What runs that came by one connection. Two are never the same, though as much may run of them.
    static final class Sending {
        /// How many invocations, by function; none of a process that is alone.
        private final ConcurrentMap<FunctionId, Integer> running = new ConcurrentHashMap<>();
    }

    Member(MemberId id, WorkerId worker) {
        this.id = id;
        this.worker = worker;
    }

    MemberId id() {
        return id;
    }

    /// It has connected.
    void hears(WorkerEvents there) {
        var before = sending;
        remember(before);
        sending = new Sending();
        // Who found nothing in it may have put it away meanwhile; from now on `began` sees that it is a former one.
        remember(before);
        events = there;
        listens = true;
    }

    void parted() {
        listens = false;
    }

    /// Whether it wants reports.
    boolean listens() {
        return listens;
    }

    /// Who hears how an invocation does that it sends. A process that is alone knows by itself what runs.
    InvocationObserver sends(FunctionId function) {
        return id.equals(MemberId.ALONE) ? this : new SentInvocation(this, sending, function);
    }

    void began(Sending by, FunctionId function) {
        by.running.merge(function, 1, Integer::sum);
        if (!by.equals(sending)) {
            // It was on its way when the next connection was made.
            remember(by);
        }
    }

    /// Not between the look of another thread at what runs and its putting it away.
    private void remember(Sending connection) {
        synchronized (former) {
            former.add(connection);
        }
    }

    void ended(Sending by, FunctionId function) {
        by.running.computeIfPresent(function, (_, count) -> count == 1 ? null : count - 1);
    }

    /// What runs that it sent. By any thread.
    Stream<Sent> sent() {
        synchronized (former) {
            former.removeIf(each -> each.running.isEmpty());
        }
        return Stream.concat(sent(sending, false), former.stream().flatMap(each -> sent(each, true)));
    }

    private Stream<Sent> sent(Sending by, boolean isFormer) {
        return by.running.entrySet().stream().map(one -> new Sent(id, isFormer, one.getKey(), one.getValue()));
    }

    @Override
    public void taken() {}

    @Override
    public void accept(WorkerEvent event) {
        events.happened(worker, event);
    }
}
