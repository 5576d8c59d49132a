package hearth.pollers.mq;

import hearth.pollers.BatchInvoker;
import hearth.pollers.HeldMemory;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Makes batches of what comes by one connection: `BatchSize` messages, or what comes within the window after the
/// first, or 6 MB of JSON.
final class Gathering<M> {
    private static final Logger LOG = System.getLogger(Gathering.class.getName());

    /// After how long it is looked whether the poller is to go on.
    private static final Duration LOOK = Duration.ofMillis(500);

    private final MqWork work;
    private final MqEvent events;
    private final BrokerConnection<M> connection;
    private final HeldMemory memory;

    /// What had no room in the batch before.
    private Optional<MqRecord<M>> held = Optional.empty();

    /// @param memory that the batch takes that was gathered last, and what is held for the next one
    Gathering(MqWork work, MqEvent events, BrokerConnection<M> connection, HeldMemory memory) {
        this.memory = memory;
        this.work = work;
        this.events = events;
        this.connection = connection;
    }

    /// The next batch; an empty one when nothing came for a while, or the poller is closed. The one before is done
    /// with. While memory is short, a batch is what there is, and nothing more is taken out.
    List<MqRecord<M>> next() throws SourceException, InterruptedException {
        var batch = new ArrayList<MqRecord<M>>();
        int size = events.size();
        memory.set(held.map(MqRecord::memory).orElse(0L));
        long window = work.rules().window().toNanos();
        long end = System.nanoTime() + LOOK.toNanos();
        while (batch.size() < work.rules().batchSize() && !work.isClosed()) {
            if (held.isEmpty() && !memory.hasRoom()) {
                if (!batch.isEmpty()
                        || work.closed().await(HeldMemory.LOOK.toMillis(), TimeUnit.MILLISECONDS)
                        || end - System.nanoTime() <= 0) {
                    return batch;
                }
                continue;
            }
            long left = end - System.nanoTime();
            boolean over = left <= 0 && (batch.isEmpty() || window > 0);
            var record = over ? Optional.<MqRecord<M>>empty() : receive(Duration.ofNanos(Math.max(0, left)));
            if (record.isEmpty()) {
                if (left <= 0 || batch.isEmpty()) {
                    return batch;
                }
                continue;
            }
            if (!batch.isEmpty() && size + record.get().size() > BatchInvoker.LARGEST) {
                held = record;
                return batch;
            }
            if (isWanted(record.get())) {
                if (batch.isEmpty()) {
                    end = System.nanoTime() + window;
                }
                batch.add(record.get());
                size += record.get().size();
            } else {
                memory.add(-record.get().memory());
            }
        }
        return batch;
    }

    private Optional<MqRecord<M>> receive(Duration wait) throws SourceException, InterruptedException {
        if (held.isPresent()) {
            var record = held;
            held = Optional.empty();
            return record;
        }
        var record = connection.receive(wait.compareTo(LOOK) < 0 ? wait : LOOK);
        if (record.isPresent()) {
            work.services().meter().polled(work.mapping().id(), 1);
            memory.add(record.get().memory());
        }
        return record;
    }

    /// Has the broker forget what the function is not to get, or cannot.
    private boolean isWanted(MqRecord<M> record) throws SourceException {
        var mapping = work.mapping();
        if (!work.filter().admits(record)) {
            connection.acknowledge(record);
            work.services().meter().filteredOut(mapping.id(), 1);
            return false;
        }
        if (events.size() + record.size() > BatchInvoker.LARGEST) {
            LOG.log(
                    Level.ERROR,
                    "A message of mapping {0} is dropped: it is {1} bytes of JSON, more than a function can be given",
                    mapping,
                    String.valueOf(record.size()));
            connection.acknowledge(record);
            work.services().meter().failed(mapping.id(), 1);
            return false;
        }
        return true;
    }
}
