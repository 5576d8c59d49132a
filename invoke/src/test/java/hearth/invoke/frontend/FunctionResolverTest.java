package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedMeter;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.Routing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FunctionResolverTest {
    private static final FunctionId MAIL = Functions.id("mail");

    private final ManualClock clock = new ManualClock();
    private final QueuedExecutor background = new QueuedExecutor();
    private final Map<FunctionId, Routing> store = new HashMap<>();
    private final RecordedMeter meter = new RecordedMeter();
    private final FunctionCache functions =
            new FunctionCache(FunctionCacheConfig.DEFAULT, this::read, background, clock::nanos, meter);
    private final FunctionResolver resolver = new FunctionResolver(functions, new Random(1), clock::nanos, meter);
    private final List<Resolution> told = new ArrayList<>();

    @Test
    void tellsWhichVersionRunsAndHowItsEventsAreTreated() {
        var events = new EventInvokeConfig(
                Duration.ofMinutes(1), 0, Optional.empty(), Optional.of("arn:aws:sqs:…"), Optional.empty());
        var recursion = RecursionGuard.of(MAIL).allowingLoops(true);
        store.put(MAIL, Routing.to(Functions.latest("mail")).with(events).with(recursion));

        resolve();

        assertThat(told).containsExactly(new Resolution.Resolved(Functions.latest("mail"), events, recursion));
    }

    @Test
    void tellsThatThereIsNoSuchFunction() {
        resolve();

        assertThat(told).containsExactly(new Resolution.Missing());
    }

    @Test
    void tellsThatTheStoreCannotBeAsked() {
        resolver.resolve(Functions.id("broken"), FunctionId.LATEST, told::add);
        background.runAll();

        assertThat(told).containsExactly(new Resolution.Unreachable());
    }

    @Test
    void waitsForAPendingFunctionUntilItIsActive() {
        pending();
        resolve();
        assertThat(told).isEmpty();

        store.put(MAIL, Routing.to(Functions.latest("mail")));
        functions.invalidate(MAIL);
        background.runAll();

        assertThat(told).containsExactly(resolved(Functions.latest("mail")));
    }

    @Test
    void looksAgainAtAFunctionThatChangedWhileItWasRead() {
        pending();
        resolver.resolve(MAIL, FunctionId.LATEST, told::add);
        // The change is told after the read has begun, and before its result is there.
        functions.invalidate(MAIL);
        background.runOne();
        store.put(MAIL, Routing.to(Functions.latest("mail")));

        background.runAll();

        assertThat(told).containsExactly(resolved(Functions.latest("mail")));
    }

    @Test
    void givesUpAFunctionThatStaysPending() {
        pending();
        resolve();
        clock.advance(Duration.ofMillis(1_999));
        functions.sweep();
        background.runAll();
        assertThat(told).isEmpty();

        clock.advance(Duration.ofMillis(1));
        functions.sweep();
        background.runAll();

        assertThat(told).containsExactly(new Resolution.NotActive(FunctionState.PENDING, EventInvokeConfig.DEFAULT));
    }

    @Test
    void leavesNobodyWaitingWhenItCloses() {
        pending();
        resolve();

        functions.close();
        background.runAll();

        assertThat(told).containsExactly(new Resolution.NotActive(FunctionState.PENDING, EventInvokeConfig.DEFAULT));
    }

    @Test
    void sendsItsShareOfInvocationsToTheOtherVersionOfAnAlias() {
        var first = Functions.latest("mail", 1);
        var second = Functions.latest("mail", 2);
        store.put(MAIL, new Routing(first, Optional.of(new Routing.Share(second, 0.25))));

        for (int i = 0; i < 10_000; i++) {
            resolve();
        }

        assertThat(told.stream().filter(resolved(second)::equals).count()).isBetween(2_300L, 2_700L);
        assertThat(told).hasSize(10_000).containsOnly(resolved(first), resolved(second));
    }

    @Test
    void tellsItsListenerOnceThoughTheListenerFails() {
        store.put(MAIL, Routing.to(Functions.latest("mail")));
        resolver.resolve(MAIL, FunctionId.LATEST, resolution -> {
            told.add(resolution);
            throw new IllegalStateException("A test asked for it");
        });
        background.runAll();

        assertThat(told).hasSize(1);
        assertThat(meter.told).containsExactly("defect");
    }

    @Test
    void tellsItsListenerThoughTheLotFails() {
        store.put(
                MAIL,
                new Routing(
                        Functions.latest("mail"), Optional.of(new Routing.Share(Functions.latest("mail", 2), 0.5))));
        var broken = new FunctionResolver(
                functions,
                () -> {
                    throw new IllegalStateException("A test asked for it");
                },
                clock::nanos,
                meter);

        broken.resolve(MAIL, FunctionId.LATEST, told::add);
        background.runAll();

        assertThat(told).containsExactly(new Resolution.Unreachable());
        assertThat(meter.told).containsExactly("defect");
    }

    private void pending() {
        store.put(MAIL, Routing.to(Functions.inState("mail", FunctionState.PENDING)));
    }

    private void resolve() {
        resolver.resolve(MAIL, FunctionId.LATEST, told::add);
        background.runAll();
    }

    private static Resolution resolved(FunctionVersion version) {
        return new Resolution.Resolved(version, EventInvokeConfig.DEFAULT, RecursionGuard.of(version.function()));
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        if (function.name().equals("broken")) {
            throw new IllegalStateException("The store is down");
        }
        return Optional.ofNullable(store.get(function));
    }
}
