package hearth.pollers.kafka;

import hearth.pollers.HeldMemory;
import hearth.pollers.Pause;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/// One member of a mapping's group, on a thread of its own: joins the group, and joins it again after a while when that
/// came to an end, until it is closed.
abstract sealed class Member permits GroupMember, ShareMember {
    private static final Logger LOG = System.getLogger(Member.class.getName());

    /// More than a function may take: a member is one as long as it polls.
    static final Duration LONGEST_POLL = Duration.ofMinutes(16);

    /// How long one poll waits for records.
    static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /// How long a member that leaves waits for the brokers.
    static final Duration LEAVING = Duration.ofSeconds(5);

    /// What one answer of a broker may hold, but for a single record that is larger.
    private static final int FETCH_BYTES = 8 << 20;

    private final MappingWork work;
    private final KafkaAccess access;
    private final String id;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean abandoned;
    private volatile @Nullable Runnable wakening;
    private final HeldMemory memory;

    /// Of the thread.
    private final Pause pause = new Pause();

    /// @param index of the member among those of its mapping
    Member(MappingWork work, KafkaAccess access, int index) {
        this.work = work;
        this.access = access;
        this.id = "hearth-" + work.mapping().id().uuid() + "-" + index;
        this.memory = new HeldMemory(work.services().invoker());
        // Not a virtual one: the client waits in ways that keep a carrier.
        this.thread =
                Thread.ofPlatform().daemon().name("poller of " + work.mapping()).unstarted(this::run);
    }

    final void start() {
        thread.start();
    }

    /// Has it take nothing more. What runs comes to its end, and the brokers are told of what it has done.
    final void close() {
        closed.countDown();
        wakeUp();
    }

    /// Has it wait no longer for what runs.
    final void abandon() {
        abandoned = true;
        close();
    }

    final void awaitEnd() throws InterruptedException {
        if (thread.getState() != Thread.State.NEW) {
            thread.join();
        }
    }

    /// Joins the group, and works as its member until it is closed or cannot go on.
    abstract void join() throws SourceException, InterruptedException;

    final MappingWork work() {
        return work;
    }

    /// What names the member to its brokers, the same after a restart.
    final String id() {
        return id;
    }

    final HeldMemory memory() {
        return memory;
    }

    final Pause pause() {
        return pause;
    }

    final boolean isClosed() {
        return closed.getCount() == 0;
    }

    /// @return whether it was closed before that was over
    final boolean isClosedWithin(Duration time) throws InterruptedException {
        return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    final boolean isAbandoned() {
        return abandoned;
    }

    /// Breaks off a wait of the client that the member reads with.
    final void wakeUp() {
        var current = wakening;
        if (current != null) {
            current.run();
        }
    }

    /// @param reader what breaks off a wait of the client that the member reads with from now on
    final void readBy(Runnable reader) {
        wakening = reader;
    }

    final void readNoMore() {
        wakening = null;
    }

    /// The settings that members of all kinds of groups have. They hold what the secrets say now.
    final Map<String, Object> settings() throws SourceException {
        var settings = access.settings();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, work.rules().group());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, id);
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) LONGEST_POLL.toMillis());
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        return settings;
    }

    private void run() {
        try {
            while (!isClosed()) {
                try {
                    join();
                } catch (SourceException e) {
                    sourceFails(String.valueOf(e.getMessage()));
                } catch (WakeupException e) {
                    LOG.log(Level.DEBUG, "The poller of {0} was woken up", work.mapping());
                } catch (KafkaException e) {
                    LOG.log(Level.DEBUG, "The poller of {0} met {1}", work.mapping(), e.getClass());
                    sourceFails(Problems.words(e));
                } catch (RuntimeException | Error e) {
                    work.services().meter().defect();
                    LOG.log(Level.ERROR, "The poller of " + work.mapping() + " met a defect, and goes on", e);
                }
                var _ = isClosedWithin(pause.next());
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The poller of " + work.mapping() + " ends", e);
        } finally {
            memory.close();
        }
    }

    /// A member that is to end has nothing to say: the next poller of the mapping may be at work.
    private void sourceFails(String why) {
        if (!isClosed()) {
            work.status().sourceFails(why);
        }
    }
}
