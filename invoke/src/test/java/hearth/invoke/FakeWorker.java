package hearth.invoke;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentListener;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationListener;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.Reservation;
import hearth.model.worker.Worker;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A worker that does what it is told, when the test says so.
public final class FakeWorker implements Worker {
    /// An invocation that the worker was given and has not ended.
    public record Running(Reservation reservation, Invocation invocation, InvocationListener listener) {}

    public final List<EnvironmentSpec> started = new ArrayList<>();
    public final List<Running> running = new ArrayList<>();
    public final List<EnvironmentId> retired = new ArrayList<>();
    private final Map<EnvironmentId, EnvironmentListener> listeners = new HashMap<>();
    /// Whether it has memory that is really free.
    public boolean room = true;

    private final WorkerId id;
    private final WorkerCapacity capacity;

    public FakeWorker() {
        this("local", 4096, 4000, 100);
    }

    public FakeWorker(String id, int mebibytes, int milliCpus, int slots) {
        this.id = new WorkerId(id);
        this.capacity = new WorkerCapacity(Bytes.mebibytes(mebibytes), milliCpus, slots);
    }

    @Override
    public WorkerId id() {
        return id;
    }

    @Override
    public WorkerCapacity capacity() {
        return capacity;
    }

    @Override
    public boolean hasRoom() {
        return room;
    }

    @Override
    public void start(EnvironmentSpec spec, EnvironmentListener listener) {
        started.add(spec);
        listeners.put(spec.id(), listener);
    }

    @Override
    public void invoke(Reservation reservation, Invocation invocation, InvocationListener listener) {
        running.add(new Running(reservation, invocation, listener));
    }

    @Override
    public void retire(EnvironmentId environment) {
        retired.add(environment);
    }

    /// The environment that was started as number `index`, from 0.
    public EnvironmentId environment(int index) {
        return started.get(index).id();
    }

    public void ready(int index) {
        listener(index).ready(environment(index));
    }

    public void idle(int index) {
        listener(index).idle(environment(index));
    }

    public void gone(int index) {
        listener(index).gone(environment(index));
    }

    public void gone(int index, InvocationOutcome.NotRunnable why) {
        listener(index).gone(environment(index), why);
    }

    /// Ends the oldest running invocation.
    public void end(InvocationOutcome outcome) {
        running.removeFirst().listener().ended(outcome);
    }

    private EnvironmentListener listener(int index) {
        var listener = listeners.get(environment(index));
        if (listener == null) {
            throw new IllegalStateException("Environment " + index + " was not started");
        }
        return listener;
    }
}
