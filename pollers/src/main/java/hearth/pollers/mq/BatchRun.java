package hearth.pollers.mq;

import hearth.invoke.frontend.Resolution;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.RetryPause;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Has the function run on a batch until it succeeds, and then has the broker forget the messages.
final class BatchRun<M> {
    private static final Logger LOG = System.getLogger(BatchRun.class.getName());

    private final MqWork work;
    private final MqEvent events;
    private final BrokerConnection<M> connection;

    private final RetryPause pause = new RetryPause();

    /// Those that nobody waited for too long.
    private final List<MqRecord<M>> records;

    BatchRun(MqWork work, MqEvent events, BrokerConnection<M> connection, List<MqRecord<M>> records) {
        this.work = work;
        this.events = events;
        this.connection = connection;
        this.records = new ArrayList<>(records);
    }

    /// Comes back when the messages are done with, or the poller is closed.
    ///
    /// @throws SourceException when the connection has ended, and they come again
    void run() throws SourceException, InterruptedException {
        while (!records.isEmpty()) {
            var wait = attempt();
            if (wait.isEmpty()) {
                for (var record : records) {
                    connection.acknowledge(record);
                }
                return;
            }
            if (work.closed().await(wait.get().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            if (!connection.isOpen()) {
                throw Problems.connection();
            }
            expire();
        }
    }

    private void expire() throws SourceException {
        var now = work.services().clock().instant();
        for (var record : List.copyOf(records)) {
            if (record.hasExpired(now)) {
                connection.expire(record);
                records.remove(record);
            }
        }
    }

    /// @return how long to wait before the next attempt; empty when the function succeeded
    private Optional<Duration> attempt() throws InterruptedException {
        var invoker = work.services().invoker();
        var mapping = work.mapping();
        var status = work.status();
        var resolution = invoker.resolve(mapping);
        var obstacle = BatchInvoker.obstacle(resolution);
        if (obstacle.isPresent() || !(resolution instanceof Resolution.Resolved(var version, var _, var recursion))) {
            status.functionCannotRun(obstacle.orElse(""));
            return Optional.of(pause.afterObstacle());
        }
        status.functionRuns();
        var header = recursion.enter(invoker.traceHeader(null)).traceHeader();
        var meter = work.services().meter();
        return switch (invoker.run(mapping, version, events.of(records), header)) {
            case BatchOutcome.NotRun(var why) -> {
                LOG.log(Level.DEBUG, () -> "A batch of " + mapping + " was set back: " + why);
                yield Optional.of(pause.afterObstacle());
            }
            case BatchOutcome.Failed _ -> {
                meter.invoked(mapping.id(), records.size());
                meter.failed(mapping.id(), records.size());
                status.went("PROBLEM: Function call failed");
                yield Optional.of(pause.afterFailure());
            }
            case BatchOutcome.Succeeded _ -> {
                meter.invoked(mapping.id(), records.size());
                status.went("OK");
                yield Optional.empty();
            }
        };
    }
}
