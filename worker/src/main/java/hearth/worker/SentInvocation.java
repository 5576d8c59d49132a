package hearth.worker;

import hearth.model.FunctionId;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.WorkerEvent;
import hearth.worker.environment.InvocationObserver;

/// An invocation that a member of a cluster sent, which counts as running from when it is taken to its end. For
/// one thread at a time.
final class SentInvocation implements InvocationObserver {
    private final Member by;
    private final Member.Sending sending;
    private final FunctionId function;
    private boolean runs;

    SentInvocation(Member by, Member.Sending sending, FunctionId function) {
        this.by = by;
        this.sending = sending;
        this.function = function;
    }

    @Override
    public void taken() {
        runs = true;
        by.began(sending, function);
    }

    @Override
    public void accept(WorkerEvent event) {
        if (runs && event instanceof InvocationProgress.Ended) {
            runs = false;
            by.ended(sending, function);
        }
        by.accept(event);
    }
}
