package hearth.pollers.streams;

import hearth.events.DeliveryException;
import hearth.invoke.frontend.Resolution;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.FailedItems;
import hearth.pollers.Pause;
import hearth.pollers.streams.FailureRecord.LastRun;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// Has the function run on one lane's batches, and the destination told of those that are given up. For one thread.
final class LaneRuns {
    private static final Logger LOG = System.getLogger(LaneRuns.class.getName());

    private final ShardScope scope;
    private final Rest rest;

    /// The last run on the batch, if there was one.
    private Optional<LastRun> last = Optional.empty();

    interface Rest {
        /// @return false once nothing more is to be done
        boolean rest(Duration time) throws InterruptedException;
    }

    LaneRuns(ShardScope scope, Rest rest) {
        this.scope = scope;
        this.rest = rest;
    }

    Ran run(Batch batch) throws InterruptedException {
        var invoker = scope.services().invoker();
        var mapping = scope.mapping();
        var resolution = invoker.resolve(mapping);
        var obstacle = BatchInvoker.obstacle(resolution);
        if (obstacle.isPresent() || !(resolution instanceof Resolution.Resolved(var version, var _, var recursion))) {
            scope.status().functionCannotRun(obstacle.orElse(""));
            return new Ran.NotRun();
        }
        scope.status().functionRuns();
        var event = event(batch, version.role());
        if (event.length > BatchInvoker.LARGEST) {
            LOG.log(
                    Level.ERROR,
                    "A batch of {0} of mapping {1} is {2} bytes of JSON, more than a function can be given",
                    scope.shard().id(),
                    mapping,
                    event.length);
            scope.services().meter().failed(mapping.id(), batch.records().size());
            scope.status().failed();
            return new Ran.Unfit();
        }
        var requestId = invoker.newRequestId();
        var header = recursion.enter(invoker.traceHeader(null)).traceHeader();
        int records = batch.records().size();
        return switch (invoker.run(mapping, version, requestId, event, header)) {
            case BatchOutcome.NotRun(var why) -> {
                LOG.log(Level.DEBUG, "Mapping {0} waits: {1}", mapping, why);
                yield new Ran.NotRun();
            }
            case BatchOutcome.Failed(var ranVersion, var error, var _) -> {
                scope.services().meter().invoked(mapping.id(), records);
                yield failed(batch, 0, Optional.empty(), new LastRun(requestId, ranVersion, error));
            }
            case BatchOutcome.Succeeded(var ranVersion, var answer) -> {
                scope.services().meter().invoked(mapping.id(), records);
                yield answered(batch, answer, new LastRun(requestId, ranVersion, ""));
            }
        };
    }

    private byte[] event(Batch batch, String role) {
        return BatchEvent.of(
                batch,
                scope.shard().id(),
                scope.mapping().source(),
                scope.rules().tumbling(),
                role,
                scope.stream().frame());
    }

    private Ran answered(Batch batch, byte[] answer, LastRun run) {
        Optional<String> state = batch.window().isPresent() ? WindowAnswer.state(answer) : Optional.empty();
        if (batch.window().isPresent() && !batch.last() && state.isEmpty()) {
            return failed(batch, 0, Optional.empty(), run);
        }
        int from = scope.rules().reports()
                ? firstFailed(batch, answer)
                : batch.records().size();
        if (from < batch.records().size()) {
            return failed(batch, from, state, run);
        }
        scope.status().succeeded();
        return new Ran.Passed(state);
    }

    private Ran failed(Batch batch, int from, Optional<String> state, LastRun run) {
        scope.services().meter().failed(scope.mapping().id(), batch.records().size() - from);
        scope.status().failed();
        last = Optional.of(run);
        return new Ran.Failed(from, state);
    }

    /// The lowest of those that the function reports; all when that is not to be understood.
    private static int firstFailed(Batch batch, byte[] answer) {
        var numbers = new ArrayList<String>();
        batch.records().forEach(taken -> numbers.add(taken.record().sequenceNumber()));
        Optional<Set<String>> failed = FailedItems.of(answer, new LinkedHashSet<>(numbers));
        if (failed.isEmpty()) {
            return 0;
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (failed.get().contains(numbers.get(i))) {
                return i;
            }
        }
        return numbers.size();
    }

    /// Tells the destination, however often that takes, that a batch is given up.
    ///
    /// @return false when nothing more is to be done before that has come about
    boolean tell(Batch batch) throws InterruptedException {
        LOG.log(
                Level.WARNING,
                "Mapping {0} gives up {1} records of {2}: {3}",
                scope.mapping(),
                batch.records().size(),
                scope.shard().id(),
                batch.given().map(Batch.Condition::wireName).orElse(""));
        if (!scope.rules().destination().isEmpty() && !batch.records().isEmpty() && !isTold(batch)) {
            return false;
        }
        last = Optional.empty();
        return true;
    }

    private boolean isTold(Batch batch) throws InterruptedException {
        var services = scope.services();
        var mapping = scope.mapping();
        var destination = scope.rules().destination();
        Optional<LastRun> run = batch.runs() == 0 ? Optional.empty() : last;
        var made = services.clock().instant();
        var requestId =
                run.map(LastRun::requestId).orElseGet(() -> services.invoker().newRequestId());
        Optional<byte[]> payload =
                services.destinations().hasRoom(destination) ? Optional.of(event(batch, role())) : Optional.empty();
        var shard = scope.shard().id();
        var record = FailureRecord.of(mapping, batch, shard, scope.stream().batchInfo(), run, requestId, payload, made);
        // The same each time, so that none is stored twice.
        var key = FailureRecord.key(mapping, shard, services.invoker().newRequestId(), made);
        var pause = new Pause();
        while (true) {
            try {
                services.destinations().send(destination, record, key);
                services.meter().toldOfFailure(mapping.id(), batch.records().size());
                return true;
            } catch (DeliveryException e) {
                LOG.log(
                        Level.WARNING,
                        "The destination of mapping {0} could not be told of a failure, and is told again: {1}",
                        mapping,
                        e.getMessage());
                if (!rest.rest(pause.next())) {
                    return false;
                }
            }
        }
    }

    /// Of the function; empty when it is gone.
    private String role() throws InterruptedException {
        return scope.services().invoker().resolve(scope.mapping())
                        instanceof Resolution.Resolved(var version, var _, var _)
                ? version.role()
                : "";
    }
}
