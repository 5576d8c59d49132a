package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.invoke.workermanager.Provisioned;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What becomes of environments, and of those who wait, when another member looks after their functions.
class HandOverTest {
    private static final int CALLS = 400;

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final LossyLinks connections = new LossyLinks(time, random, 0);
    private final Callers callers = new Callers(clock, random, Duration.ofMinutes(5));
    private final List<DistantWorker> workers = new ArrayList<>();
    private final Map<MemberId, SimulatedMember> members = new HashMap<>();
    private SimulatedMember owner;
    private final SimulatedMember one;
    private final SimulatedMember other;

    HandOverTest() {
        for (int i = 0; i < 4; i++) {
            workers.add(new DistantWorker("worker-" + i, 150, time, random, _ -> {}));
        }
        one = member("one");
        other = member("other");
        owner = one;
        Callers.functions().forEach(name -> one.shards().begin(ShardId.of(Functions.id(name))));
    }

    private SimulatedMember member(String name) {
        var member = new SimulatedMember(new MemberId(name), time, clock, random, connections, _ -> new Network());
        members.put(member.id(), member);
        workers.forEach(worker -> member.connect(worker, "", true));
        return member;
    }

    private final class Network implements ShardTransport {
        @Override
        public void toShard(ShardRequest request) {
            time.after(Duration.ofMillis(1), () -> {
                if (!owner.isDead()) {
                    owner.shards().received(request);
                }
            });
        }

        @Override
        public void toMember(MemberId member, ShardAnswer answer) {
            time.after(
                    Duration.ofMillis(1),
                    () -> Objects.requireNonNull(members.get(member)).shards().received(answer));
        }
    }

    private void pass(Duration time) {
        this.time.run(time, () -> {});
    }

    private void invoke(SimulatedMember member, int times) {
        for (int i = 0; i < times; i++) {
            callers.invoke(member.frontend());
        }
    }

    private void takeOver() {
        owner = other;
        Callers.functions().stream()
                .map(name -> ShardId.of(Functions.id(name)))
                .collect(Collectors.toSet())
                .forEach(other.shards()::begin);
    }

    private int environments() {
        return workers.stream().mapToInt(DistantWorker::environments).sum();
    }

    @Test
    void usesWhatIsIdleAgainAfterAMemberHasHandedItsShardsOver() {
        invoke(one, CALLS);
        pass(Duration.ofSeconds(30));
        int idle = one.manager().counts().idle();
        Callers.functions().forEach(name -> one.shards().end(ShardId.of(Functions.id(name))));

        takeOver();
        pass(Duration.ofSeconds(20));
        assertThat(one.manager().counts().environments()).isZero();
        assertThat(other.manager().counts().idle()).isEqualTo(environments());

        invoke(one, idle);
        pass(Duration.ofSeconds(20));
        System.out.println("HandOverTest: of " + idle + " idle environments "
                + other.manager().counts().warmTakes() + " used again");
        assertThat(idle).isGreaterThan(CALLS / 2);
        assertThat(other.manager().counts().warmTakes()).isGreaterThanOrEqualTo(idle * 95L / 100);
    }

    @Test
    void usesWhatIsIdleAgainAfterAMemberHasDied() {
        invoke(other, CALLS);
        pass(Duration.ofSeconds(30));
        int idle = environments();
        one.die();

        takeOver();
        pass(Duration.ofSeconds(20));
        invoke(other, idle);
        pass(Duration.ofSeconds(20));

        assertThat(idle).isGreaterThan(CALLS / 2);
        assertThat(other.manager().counts().warmTakes()).isGreaterThanOrEqualTo(idle * 95L / 100);
    }

    @Test
    void servesWhoWaitedForAMemberThatDied() {
        one.die();
        invoke(other, 20);
        pass(Duration.ofSeconds(5));
        assertThat(other.frontend().running()).isEqualTo(20);

        takeOver();
        pass(Duration.ofSeconds(30));

        assertThat(other.frontend().running()).isZero();
        assertThat(callers.outcomes().get("Answered")).isGreaterThan(15);
    }

    @Test
    void letsWhoWaitsAskTheNextWhenItHandsAShardOver() {
        invoke(one, 20);
        Callers.functions().forEach(name -> one.shards().end(ShardId.of(Functions.id(name))));
        takeOver();
        pass(Duration.ofSeconds(30));

        callers.check();
        assertThat(callers.outcomes().get("Answered")).isGreaterThan(15);
    }

    @Test
    void keepsWhatIsProvisionedUntilItKnowsWhatIsWanted() {
        var mail = Functions.latest("mail", 1);
        one.manager().provision(mail, 6);
        pass(Duration.ofSeconds(60));
        one.die();

        takeOver();
        pass(Duration.ofSeconds(20));
        assertThat(other.manager().provisioned(mail.function(), mail.version()).ready())
                .isEqualTo(6);

        other.manager().provision(mail, 2);
        pass(Duration.ofSeconds(20));
        var provisioned = other.manager().provisioned(mail.function(), mail.version());
        assertThat(provisioned)
                .extracting(Provisioned::wanted, Provisioned::ready)
                .containsExactly(2, 2);
        assertThat(environments()).isEqualTo(2);
    }

    @Test
    void endsEnvironmentsOfAGenerationThatIsNotCurrentAnyMore() {
        invoke(one, 50);
        pass(Duration.ofSeconds(30));
        one.die();
        takeOver();
        pass(Duration.ofSeconds(20));
        assertThat(other.manager().counts().idle()).isPositive();

        Callers.functions().forEach(name -> other.manager().supersede(Functions.id(name), "$LATEST", 2));
        pass(Duration.ofSeconds(20));

        assertThat(environments()).isZero();
        assertThat(other.manager().counts().environments()).isZero();
    }
}
