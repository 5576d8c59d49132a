package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.placement.Placement;
import hearth.invoke.placement.Slot;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The decisions alone: no lock, no worker and no PlacementService.
class EnvironmentTableTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final Instant NOW = Instant.EPOCH;

    private final AtomicLong ids = new AtomicLong();
    private final EnvironmentTable table = new EnvironmentTable(
            WorkerManagerConfig.DEFAULT,
            OwnedShards.all(1),
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard));

    @Test
    void asksForAnEnvironmentForEachTenantAndServesEachWithTheirOwn() {
        var blue = idle(MAIL, "blue");
        var red = idle(MAIL, "red");

        assertThat(served(acquire(MAIL, "red"))).isEqualTo(red.id());
        assertThat(acquire(MAIL, "red")).isNotEmpty().noneMatch(EnvironmentAction.Serve.class::isInstance);
        assertThat(served(acquire(MAIL, "blue"))).isEqualTo(blue.id());
    }

    @Test
    void keepsTheEnvironmentsOfATenantWhenAnotherComesWithTheSameGeneration() {
        idle(MAIL, "blue");
        idle(MAIL, "red");

        actions(actions -> table.sweep(NOW, actions));

        assertThat(table.counts().idle()).isEqualTo(2);
        assertThat(table.versionsOf(MAIL.function())).containsExactly("$LATEST");
    }

    @Test
    void endsTheEnvironmentsOfAllTenantsWithTheirGeneration() {
        var blue = idle(MAIL, "blue");
        var red = idle(MAIL, "red");

        assertThat(actions(actions -> table.supersede(MAIL.function(), "$LATEST", 2, actions)))
                .containsExactlyInAnyOrder(new EnvironmentAction.Retire(blue), new EnvironmentAction.Retire(red));
    }

    /// A new environment of a tenant, which has run the invocation that it was made for.
    private Environment idle(FunctionVersion version, @Nullable String tenant) {
        var environment = acquire(version, tenant).stream()
                .filter(EnvironmentAction.Ask.class::isInstance)
                .map(action -> ((EnvironmentAction.Ask) action).environment())
                .findFirst()
                .orElseThrow();
        actions(actions -> table.placed(environment, new Placement.Placed(new Room()), NOW, actions));
        served(actions(actions -> table.ready(environment.id(), NOW, actions)));
        actions(actions -> table.idle(environment.id(), 1, null, NOW, actions));
        return environment;
    }

    private List<EnvironmentAction> acquire(FunctionVersion version, @Nullable String tenant) {
        return actions(actions -> table.acquire(version, tenant, new OneWaiter(), NOW, actions));
    }

    private static List<EnvironmentAction> actions(Consumer<List<EnvironmentAction>> decision) {
        var actions = new ArrayList<EnvironmentAction>();
        decision.accept(actions);
        return actions;
    }

    private static EnvironmentId served(List<EnvironmentAction> actions) {
        return actions.stream()
                .filter(EnvironmentAction.Serve.class::isInstance)
                .map(action -> ((EnvironmentAction.Serve) action)
                        .assignment()
                        .reservation()
                        .environment())
                .findFirst()
                .orElseThrow();
    }

    private static final class OneWaiter implements Waiter {
        @Override
        public void served(Assignment assignment) {
            throw new AssertionError("The table only decides");
        }

        @Override
        public void failed(Unavailable why) {
            throw new AssertionError("The table only decides");
        }
    }

    private static final class Room implements Slot {
        @Override
        public WorkerId worker() {
            return new WorkerId("w");
        }

        @Override
        public int processors() {
            return 2;
        }

        @Override
        public boolean isAway() {
            return false;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {}

        @Override
        public void refused() {}

        @Override
        public void keepNoLonger() {}

        @Override
        public void close() {}
    }
}
