package hearth.invoke;

import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.Random;

/// A network between services and workers: messages are late, overtake each other, come twice, or are lost.
final class LossyLinks {
    private final SimulatedTime time;
    private final Random random;
    private final int lostPercent;

    LossyLinks(SimulatedTime time, Random random, int lostPercent) {
        this.time = time;
        this.random = random;
        this.lostPercent = lostPercent;
    }

    WorkerLink to(WorkerLink worker) {
        return new WorkerLink() {
            @Override
            public WorkerId worker() {
                return worker.worker();
            }

            @Override
            public void send(WorkerCommand command) {
                carry(() -> worker.send(command));
            }
        };
    }

    WorkerEvents to(WorkerEvents services) {
        return (WorkerId from, WorkerEvent event) -> carry(() -> services.happened(from, event));
    }

    /// Carries anything else.
    void carry(Runnable delivery) {
        if (!likely(lostPercent)) {
            time.after(delay(), delivery);
        }
        if (likely(lostPercent)) {
            time.after(delay(), delivery);
        }
    }

    /// Now and then longer than a message is expected to be under way.
    private Duration delay() {
        int longest = likely(1) ? 12_000 : likely(10) ? 1_000 : 5;
        return Duration.ofMillis(random.nextInt(longest));
    }

    private boolean likely(int percent) {
        return random.nextInt(100) < percent;
    }
}
