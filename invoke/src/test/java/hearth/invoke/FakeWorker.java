package hearth.invoke;

import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.Bytes;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.Report;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A worker that does what it is told, when the test says so.
public final class FakeWorker implements WorkerLink {
    /// An invocation that the worker was given and has not ended.
    public record Running(Reservation reservation, Invocation invocation) {}

    public final List<EnvironmentSpec> started = new ArrayList<>();
    public final List<Running> running = new ArrayList<>();
    public final List<EnvironmentId> retired = new ArrayList<>();
    public final List<WorkerCommand.Credit> credits = new ArrayList<>();

    /// What its next report says of environments.
    public final List<Report.ReportedEnvironment> reported = new ArrayList<>();

    /// What it says that it has when a shard is taken up.
    public final List<HeldEnvironment> held = new ArrayList<>();

    private long reports;

    /// Whether it has memory that is really free, as its next report will say.
    public boolean room = true;

    private final Map<EnvironmentId, Long> lastReservations = new HashMap<>();
    private final WorkerId id;
    private final WorkerCapacity capacity;
    private WorkerEvents events = (_, _) -> {};

    public FakeWorker() {
        this("local", 4096, 4000, 100);
    }

    public FakeWorker(String id, int mebibytes, int milliCpus, int slots) {
        this.id = new WorkerId(id);
        this.capacity = new WorkerCapacity(Bytes.mebibytes(mebibytes), milliCpus, slots);
    }

    /// Becomes one of the workers, and reports for the first time.
    public FakeWorker join(WorkerLinks links, PlacementService placement, WorkerEvents events) {
        links.add(this);
        placement.add(id);
        placement.reported(id, report());
        return connect(events);
    }

    public FakeWorker connect(WorkerEvents events) {
        this.events = events;
        return this;
    }

    public Report report() {
        return new Report(++reports, capacity, Report.Taken.NOTHING, room, room, List.copyOf(reported));
    }

    @Override
    public WorkerId worker() {
        return id;
    }

    @Override
    public void send(WorkerCommand command) {
        switch (command) {
            case WorkerCommand.Start(var spec) -> started.add(spec);
            case WorkerCommand.Invoke(var reservation, var invocation) -> {
                reserved(reservation);
                running.add(new Running(reservation, invocation));
            }
            case WorkerCommand.Credit credit -> credits.add(credit);
            case WorkerCommand.Retire(var environment) -> retired.add(environment);
            case WorkerCommand.TakeUp(var shard, var epoch) ->
                tell(new ShardEvent.TakenUp(
                        shard,
                        epoch,
                        held.stream()
                                .filter(one -> one.spec().id().shard().equals(shard))
                                .toList()));
            case WorkerCommand.Expect _, WorkerCommand.MakeRoom _ -> {}
        }
    }

    /// A reservation is honoured from now on, as if an invocation had been sent with it.
    public void reserved(Reservation reservation) {
        lastReservations.put(reservation.environment(), reservation.number());
    }

    /// The environment that was started as number `index`, from 0.
    public EnvironmentId environment(int index) {
        return started.get(index).id();
    }

    public void ready(int index) {
        tell(new EnvironmentEvent.Ready(environment(index)));
    }

    /// It has run the last invocation that it has a reservation for.
    public void idle(int index) {
        idle(index, lastReservations.getOrDefault(environment(index), 0L));
    }

    /// @param sample of its invocations
    public void idle(int index, ProcessorSample sample) {
        var environment = environment(index);
        tell(new EnvironmentEvent.Idle(environment, lastReservations.getOrDefault(environment, 0L), sample));
    }

    public void idle(int index, long reservation) {
        tell(new EnvironmentEvent.Idle(environment(index), reservation));
    }

    public void gone(int index) {
        tell(new EnvironmentEvent.Gone(environment(index), null));
    }

    public void gone(int index, InvocationOutcome.NotRunnable why) {
        tell(new EnvironmentEvent.Gone(environment(index), why));
    }

    public void refuseStart(int index) {
        tell(new EnvironmentEvent.StartRefused(environment(index), "memory is short"));
    }

    /// Ends the oldest running invocation.
    public void end(InvocationOutcome outcome) {
        end(running.removeFirst(), outcome);
    }

    public void end(Running invocation, InvocationOutcome outcome) {
        tell(new InvocationProgress.Ended(invocation.invocation().requestId(), invocation.reservation(), outcome));
    }

    /// The oldest running invocation begins to answer piece by piece.
    public void begin(String contentType) {
        var first = running.getFirst();
        tell(new InvocationProgress.Began(first.invocation().requestId(), first.reservation(), contentType));
    }

    /// A piece of its answer.
    public void piece(long number, String text) {
        var first = running.getFirst();
        tell(new InvocationProgress.Piece(
                first.invocation().requestId(), first.reservation(), number, text.getBytes(StandardCharsets.UTF_8)));
    }

    public void tell(WorkerEvent event) {
        events.happened(id, event);
    }
}
