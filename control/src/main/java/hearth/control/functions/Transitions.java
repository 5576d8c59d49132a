package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionStore;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Settling;
import hearth.model.FunctionId;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicBoolean;

/// Brings functions from `Pending` to `Active` and updates to their end, after the answer to whoever asked for them.
final class Transitions implements AutoCloseable {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Settling settling;

    Transitions(FunctionStore functions, RevisionIds revisionIds, Settling settling) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.settling = settling;
    }

    void resume() {
        settling.resume(() -> new HashSet<>(functions.functionsInTransition()), this::settle);
        settling.resume(
                () -> new HashSet<>(functions.versionsInTransition()),
                version -> settle(version.function(), version.version()));
    }

    /// Brings to its end whatever this change began.
    void settle(Change change) {
        var function = change.function().id();
        if (Lifecycle.isInTransition(change.function())) {
            settle(function);
        }
        change.published()
                .ifPresent(version ->
                        settle(function, Long.parseLong(version.configuration().version())));
    }

    private void settle(FunctionId function) {
        settling.start(function, () -> {
            // A commit of its own: what invocations go by has heard of it when the next one shows the update as done,
            // and nobody who reads that can get the old code any more.
            if (servesAnother(function)) {
                settling.awaitOthers();
            }
            functions.update(function, before -> Change.to(Lifecycle.settled(before, revisionIds.next())));
        });
    }

    private boolean servesAnother(FunctionId function) {
        var another = new AtomicBoolean();
        functions.update(function, before -> {
            var after = Lifecycle.serving(before);
            another.set(!after.equals(before));
            return Change.to(after);
        });
        return another.get();
    }

    private void settle(FunctionId function, long version) {
        settling.start(function, () -> functions.updateVersion(function, version, Lifecycle::settled));
    }

    @Override
    public void close() {
        settling.close();
    }
}
