package hearth.invoke.workermanager;

import hearth.invoke.FakeWorker;
import hearth.model.worker.EnvironmentId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One that waits for an environment, and remembers what it got.
final class Request implements Waiter {
    private @Nullable Assignment assignment;
    private @Nullable Unavailable failure;

    @Override
    public void served(Assignment assignment) {
        requireNothingYet();
        this.assignment = assignment;
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
