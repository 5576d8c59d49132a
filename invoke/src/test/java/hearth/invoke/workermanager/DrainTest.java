package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");

    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final WorkerLinks links = new WorkerLinks();
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerManager manager = new WorkerManager(
            WorkerManagerConfig.DEFAULT,
            placement,
            links,
            1,
            clock,
            new Alarms()::set,
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard),
            InvocationMeter.NONE);
    private final FakeWorker worker = join("one");

    private FakeWorker join(String name) {
        return new FakeWorker(name, 1024, 4000, 10)
                .join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
    }

    private void drain() {
        placement.drain(new WorkerId("one"));
        manager.drain(new WorkerId("one"));
    }

    private Request acquire() {
        var request = new Request(worker);
        manager.acquire(MAIL, null, request);
        return request;
    }

    @Test
    void endsWhatIsIdleAtOnceAndWhatIsBusyOnceItIsIdle() {
        acquire();
        acquire();
        worker.ready(0);
        worker.ready(1);
        worker.idle(0, 1);

        drain();
        assertThat(worker.retired).containsExactly(worker.environment(0));

        worker.idle(1, 1);
        assertThat(worker.retired).containsExactlyInAnyOrder(worker.environment(0), worker.environment(1));
    }

    @Test
    void makesWhatIsProvisionedElsewhereBeforeItEnds() {
        manager.provision(MAIL, 2);
        worker.ready(0);
        worker.ready(1);
        var other = join("other");

        drain();
        assertThat(other.started).hasSize(2);
        assertThat(worker.retired).isEmpty();

        other.ready(0);
        manager.sweep();
        assertThat(worker.retired).isEmpty();

        other.ready(1);
        manager.sweep();
        assertThat(worker.retired).hasSize(2);
        assertThat(manager.provisioned(MAIL.function(), MAIL.version()).ready()).isEqualTo(2);
    }

    @Test
    void startsNothingThereUntilItIsTakenBack() {
        drain();
        acquire();
        assertThat(worker.started).isEmpty();

        placement.undrain(new WorkerId("one"));
        manager.undrain(new WorkerId("one"));
        manager.sweep();
        assertThat(worker.started).hasSize(1);
        worker.ready(0);
        worker.idle(0, 1);
        assertThat(worker.retired).isEmpty();
    }
}
