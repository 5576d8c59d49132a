package hearth.invoke.workermanager;

import hearth.invoke.FakeWorker;
import hearth.model.worker.EnvironmentId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One that waits for an environment, and remembers what it got.
final class Request implements Waiter {
    private final FakeWorker worker;
    private @Nullable Assignment assignment;
    private @Nullable Unavailable failure;

    /// @param worker honours the reservation
    Request(FakeWorker worker) {
        this.worker = worker;
    }

    @Override
    public void served(Assignment assignment) {
        requireNothingYet();
        this.assignment = assignment;
        worker.reserved(assignment.reservation());
    }

    @Override
    public void failed(Unavailable why) {
        requireNothingYet();
        failure = why;
    }

    Optional<Unavailable> failure() {
        return Optional.ofNullable(failure);
    }

    Optional<Assignment> assignment() {
        return Optional.ofNullable(assignment);
    }

    Optional<EnvironmentId> environment() {
        return assignment().map(one -> one.reservation().environment());
    }

    boolean runsIn(FakeWorker worker, int index) {
        return environment().equals(Optional.of(worker.environment(index)));
    }

    private void requireNothingYet() {
        if (assignment != null || failure != null) {
            throw new AssertionError("Told twice");
        }
    }
}
