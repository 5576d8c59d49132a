package hearth.pollers.mq;

import hearth.model.filter.RecordSource;
import hearth.pollers.HeldMemory;
import hearth.pollers.Pause;
import hearth.pollers.PolledMapping;
import hearth.pollers.Poller;
import hearth.pollers.SourceException;
import hearth.pollers.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Polls a queue for one function, by one connection, one batch after the other: the queue's order is the function's.
///
/// A message is acknowledged once the function has succeeded on it, by the connection that it came by, or not at all.
/// While the function fails or may not run, its batch stays here. A connection that breaks takes its batch with it: the
/// broker gives the messages to the next one.
final class MqPoller implements Poller {
    private static final Logger LOG = System.getLogger(MqPoller.class.getName());

    private final MqWork work;
    private final MqAccess access;
    private final Thread thread;

    /// What is open, or was last.
    private volatile Optional<BrokerConnection<?>> connected = Optional.empty();

    MqPoller(PolledMapping mapping, MqServices services, Status status) {
        this.work = new MqWork(
                mapping, MqRules.of(mapping), mapping.filter(RecordSource.MQ), services, status, new CountDownLatch(1));
        this.access = new MqAccess(work);
        this.thread = Thread.ofVirtual().name("poller of " + mapping).unstarted(this::run);
    }

    @Override
    public void begin() {
        thread.start();
    }

    private void run() {
        var pause = new Pause();
        try {
            while (!work.isClosed()) {
                try (var connection = access.connect()) {
                    connected = Optional.of(connection);
                    work.status().sourceAnswers();
                    work(connection, pause);
                } catch (SourceException e) {
                    sourceFails(String.valueOf(e.getMessage()));
                } catch (RuntimeException | Error e) {
                    work.services().meter().defect();
                    LOG.log(Level.ERROR, "The poller of " + work.mapping() + " met a defect, and goes on", e);
                }
                var _ = work.closed().await(pause.next().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The poller of " + work.mapping() + " ends", e);
        }
    }

    /// A poller that is to end has nothing to say: the next one of the mapping may be at work.
    private void sourceFails(String why) {
        if (!work.isClosed()) {
            work.status().sourceFails(why);
        }
    }

    private <M> void work(BrokerConnection<M> connection, Pause pause) throws SourceException, InterruptedException {
        var events = MqEvent.of(access.engine(), work.mapping().source(), work.rules());
        try (var memory = new HeldMemory(work.services().invoker())) {
            var gathering = new Gathering<>(work, events, connection, memory);
            while (!work.isClosed()) {
                var batch = gathering.next();
                pause.reset();
                if (!batch.isEmpty() && !work.isClosed()) {
                    new BatchRun<>(work, events, connection, batch).run();
                }
            }
        }
    }

    /// Where the mapping is another server's, its connection ends at once: whoever polls next is to have what this one
    /// took out, before what comes behind it.
    @Override
    public void close(boolean now) throws InterruptedException {
        work.closed().countDown();
        if (!work.services().invoker().isHeld(work.mapping())) {
            connected.ifPresent(BrokerConnection::close);
        }
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        }
    }

    /// The queue's order is kept only by one after the other.
    @Override
    public boolean mayOverlap() {
        return false;
    }
}
