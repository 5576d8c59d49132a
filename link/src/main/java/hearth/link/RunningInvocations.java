package hearth.link;

import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerCommand.Credit;
import hearth.model.worker.WorkerCommand.Invoke;
import hearth.model.worker.WorkerEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The invocations that have come to this worker and not ended: what their events take of its memory, and the pieces of
/// their answers that nobody has taken yet.
final class RunningInvocations {
    private final MemoryBudget memory;
    private final Map<Attempt, Long> running = new ConcurrentHashMap<>();
    private final Map<Answer, Credit> untaken = new ConcurrentHashMap<>();
    private final Object allEnded = new Object();

    /// One try to run an invocation.
    private record Attempt(String requestId, EnvironmentId environment, long reservation) {
        Attempt(String requestId, Reservation reservation) {
            this(requestId, reservation.environment(), reservation.number());
        }
    }

    /// What is answered piece by piece.
    private record Answer(String requestId, EnvironmentId environment) {}

    RunningInvocations(MemoryBudget memory) {
        this.memory = memory;
    }

    /// A command has come.
    void commanded(WorkerCommand command) {
        switch (command) {
            case Invoke(var reservation, var invocation) -> {
                long bytes = invocation.payload().length;
                if (running.putIfAbsent(new Attempt(invocation.requestId(), reservation), bytes) == null) {
                    memory.hold(bytes);
                }
            }
            case Credit(var environment, var requestId, var pieces) ->
                untaken.computeIfPresent(
                        new Answer(requestId, environment), (_, last) -> last.pieces() <= pieces ? null : last);
            case WorkerCommand.Start _,
                    WorkerCommand.Retire _,
                    WorkerCommand.Expect _,
                    WorkerCommand.TakeUp _,
                    WorkerCommand.MakeRoom _ -> {}
        }
    }

    /// The worker tells something.
    void told(WorkerEvent event) {
        switch (event) {
            case Ended ended -> ended(new Attempt(ended.requestId(), ended.reservation()));
            case Piece piece ->
                untaken.put(new Answer(piece.requestId(), piece.reservation().environment()), creditFor(piece));
            default -> {}
        }
    }

    private void ended(Attempt attempt) {
        untaken.remove(new Answer(attempt.requestId(), attempt.environment()));
        var bytes = running.remove(attempt);
        if (bytes != null) {
            memory.giveBack(bytes);
        }
        if (running.isEmpty()) {
            synchronized (allEnded) {
                allEnded.notifyAll();
            }
        }
    }

    /// What is said of a piece when nobody will take it.
    static Credit creditFor(Piece piece) {
        return new Credit(piece.reservation().environment(), piece.requestId(), piece.number());
    }

    /// The same for all pieces that nobody has taken.
    List<Credit> credits() {
        var credits = List.copyOf(untaken.values());
        untaken.clear();
        return credits;
    }

    boolean isEmpty() {
        return running.isEmpty();
    }

    /// Waits until none runs, or the time is up.
    void awaitEnd(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            synchronized (allEnded) {
                long left = patience.toNanos();
                while (!running.isEmpty() && left > 0) {
                    allEnded.wait(left / 1_000_000, (int) (left % 1_000_000));
                    left = deadline - System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
