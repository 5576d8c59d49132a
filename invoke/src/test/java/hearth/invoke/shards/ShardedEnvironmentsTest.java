package hearth.invoke.shards;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.shards.ShardAnswer.Moved;
import hearth.invoke.shards.ShardRequest.Acquire;
import hearth.invoke.shards.ShardRequest.Unused;
import hearth.invoke.shards.ShardRequest.Withdraw;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ShardedEnvironmentsTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final ShardId SHARD = ShardId.of(MAIL.function());
    private static final MemberId ASKER = new MemberId("asker");

    private final ManualClock clock = new ManualClock();
    private final Alarms alarms = new Alarms();
    private final AtomicLong ids = new AtomicLong();
    private final WorkerLinks links = new WorkerLinks();
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);

    /// Messages that are under way.
    private final List<ShardRequest> requests = new ArrayList<>();

    private final List<ShardAnswer> answers = new ArrayList<>();
    private final ShardTransport transport = new ShardTransport() {
        @Override
        public void toShard(ShardRequest request) {
            synchronized (requests) {
                requests.add(request);
            }
        }

        @Override
        public void toMember(MemberId member, ShardAnswer answer) {
            answers.add(answer);
        }
    };

    private final WorkerManager manager = new WorkerManager(
            WorkerManagerConfig.DEFAULT, placement, links, 1, clock, alarms::set, this::name, InvocationMeter.NONE);
    private final ShardedEnvironments owner =
            new ShardedEnvironments(new MemberId("owner"), manager, transport, alarms::set, clock::nanos, 1);
    private final ShardedEnvironments asker = new ShardedEnvironments(
            ASKER,
            WorkerManager.ofMember(
                    WorkerManagerConfig.DEFAULT,
                    placement,
                    links,
                    2,
                    _ -> {},
                    clock,
                    alarms::set,
                    this::name,
                    InvocationMeter.NONE),
            transport,
            alarms::set,
            clock::nanos,
            1_000);
    private final FakeWorker worker = join("one");
    private volatile boolean isAnswered;

    private FakeWorker join(String name) {
        return new FakeWorker(name, 1024, 4000, 10)
                .join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
    }

    private EnvironmentId name(ShardId shard) {
        return EnvironmentId.of(0, ids.incrementAndGet(), shard);
    }

    private static final class Caller implements Waiter {
        private final List<Assignment> served = new ArrayList<>();
        private boolean isParted;

        @Override
        public void served(Assignment assignment) {
            served.add(assignment);
        }

        @Override
        public void failed(Unavailable why) {
            assertThat(why).isEqualTo(new Unavailable.Parted());
            isParted = true;
        }
    }

    private Caller acquire() {
        var caller = new Caller();
        asker.acquire(MAIL, null, caller);
        return caller;
    }

    private void deliver() {
        while (!requests.isEmpty() || !answers.isEmpty()) {
            if (requests.isEmpty()) {
                asker.received(answers.removeFirst());
            } else {
                owner.received(requests.removeFirst());
            }
        }
    }

    private void idleEnvironment() {
        var first = acquire();
        deliver();
        worker.ready(0);
        deliver();
        assertThat(first.served).hasSize(1);
        worker.idle(0, 1);
    }

    private int idle() {
        return manager.counts().idle();
    }

    @Test
    void tellsWhoWaitsThatItsMemberWasTakenOutOfTheClusterAndGivesBackWhatComesThen() {
        idleEnvironment();
        var waits = acquire();
        owner.received(requests.removeFirst());

        asker.parted();
        deliver();

        assertThat(waits.isParted).isTrue();
        assertThat(waits.served).isEmpty();
        assertThat(asker.unanswered()).isZero();
        assertThat(idle()).isOne();
    }

    @Test
    void getsAnEnvironmentFromTheOwner() {
        var caller = acquire();
        assertThat(requests).singleElement().isInstanceOfSatisfying(Acquire.class, request -> assertThat(
                        request.shard())
                .isEqualTo(SHARD));

        deliver();
        worker.ready(0);
        deliver();

        assertThat(caller.served).singleElement().satisfies(assignment -> assertThat(assignment.worker())
                .isEqualTo(worker.worker()));
        assertThat(asker.unanswered()).isZero();
    }

    @Test
    void ownersAnswerTheSameTicketTheSameAgain() {
        idleEnvironment();
        var caller = acquire();
        owner.received(requests.removeFirst());
        answers.clear();

        clock.advance(Duration.ofSeconds(1));
        asker.sweep();
        deliver();

        assertThat(caller.served).hasSize(1);
        assertThat(manager.counts().busy()).isEqualTo(1);
        assertThat(worker.started).hasSize(1);
    }

    @Test
    void passesOverAnAnswerThatComesTwice() {
        idleEnvironment();
        acquire();
        owner.received(requests.removeFirst());
        var answer = answers.getFirst();
        deliver();

        asker.received(answer);
        deliver();

        assertThat(idle()).isZero();
    }

    @Test
    void givesBackWhatComesForSomebodyWhoHasGivenUp() {
        idleEnvironment();
        var caller = acquire();
        owner.received(requests.removeFirst());
        asker.withdraw(MAIL, null, caller);
        requests.removeIf(Withdraw.class::isInstance);
        assertThat(idle()).isZero();

        deliver();

        assertThat(caller.served).isEmpty();
        assertThat(idle()).isEqualTo(1);
    }

    @Test
    void ownersTakeBackWhatWasGivenToSomebodyWhoGaveUp() {
        idleEnvironment();
        var caller = acquire();
        owner.received(requests.removeFirst());
        answers.clear();
        asker.withdraw(MAIL, null, caller);

        deliver();

        assertThat(idle()).isEqualTo(1);
    }

    @Test
    void asksAgainAtOnceAndThenAfterPausesWhenTheOwnerIsAnother() {
        acquire();
        long ticket = ((Acquire) requests.removeFirst()).ticket();

        asker.received(new Moved(ticket));
        assertThat(requests).hasSize(1);
        requests.clear();

        asker.received(new Moved(ticket));
        asker.received(new Moved(ticket));
        assertThat(requests).isEmpty();
        alarms.ring();
        assertThat(requests).hasSize(1);
    }

    @Test
    void asksAgainWhenMembersComeOrGo() {
        acquire();
        requests.clear();

        asker.membersChanged(Set.of(ASKER));

        assertThat(requests).hasSize(1);
    }

    @Test
    void givesWhoCannotReachAWorkerAnEnvironmentElsewhere() {
        idleEnvironment();
        var reservation = acquireServed().reservation();
        var other = join("other");

        asker.unused(reservation, true);
        assertThat(requests).singleElement().isInstanceOf(Unused.class);
        deliver();
        assertThat(idle()).isEqualTo(1);

        var again = acquire();
        deliver();
        assertThat(other.started).hasSize(1);
        other.ready(0);
        deliver();
        assertThat(again.served).singleElement().satisfies(assignment -> assertThat(assignment.worker())
                .isEqualTo(new WorkerId("other")));

        clock.advance(Duration.ofSeconds(6));
        owner.sweep();
        assertThat(acquireServed().worker()).isEqualTo(worker.worker());
    }

    private Assignment acquireServed() {
        var caller = acquire();
        deliver();
        return caller.served.getFirst();
    }

    @Test
    void forgetsTheRequestsOfMembersThatAreGone() {
        acquire();
        deliver();
        assertThat(manager.counts().waiting()).isEqualTo(1);

        owner.membersChanged(Set.of(new MemberId("owner")));

        assertThat(manager.counts().waiting()).isZero();
    }

    @Test
    void asksOwnersHowFarProvisioningHasCome() throws InterruptedException {
        manager.provision(MAIL, 1);
        worker.ready(0);
        var asking = Thread.ofVirtual().start(() -> {
            try {
                assertThat(asker.provisioning().ask(MAIL.function(), MAIL.version()))
                        .contains(new Provisioned(1, 1, Optional.empty()));
                isAnswered = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (asking.isAlive()) {
            // Whatever was sent meanwhile.
            synchronized (requests) {
                deliver();
            }
            asking.join(Duration.ofMillis(1));
        }
        assertThat(isAnswered).isTrue();
    }
}
