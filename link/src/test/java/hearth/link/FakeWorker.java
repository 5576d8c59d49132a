package hearth.link;

import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.SharedWorker;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A worker that notes what it is told, and does what a test says.
final class FakeWorker implements SharedWorker, WorkerLink {
    final List<WorkerCommand> commands = new CopyOnWriteArrayList<>();
    volatile Consumer<WorkerCommand> reaction = _ -> {};
    /// The report that members hear first; null for none.
    volatile @Nullable Report report;

    private final Map<MemberId, WorkerEvents> members = new ConcurrentHashMap<>();

    @Override
    public WorkerLink from(MemberId member, WorkerEvents events) {
        members.put(member, events);
        var first = report;
        if (first != null) {
            events.happened(worker(), first);
        }
        return this;
    }

    @Override
    public void parted(MemberId member) {
        members.remove(member);
    }

    Set<MemberId> members() {
        return members.keySet();
    }

    /// Tells all members.
    void tells(WorkerEvent event) {
        members.values().forEach(member -> member.happened(worker(), event));
    }

    /// Tells one.
    void tells(MemberId member, WorkerEvent event) {
        Objects.requireNonNull(members.get(member)).happened(worker(), event);
    }

    @Override
    public WorkerId worker() {
        return Samples.WORKER;
    }

    @Override
    public void send(WorkerCommand command) {
        commands.add(command);
        reaction.accept(command);
    }
}
