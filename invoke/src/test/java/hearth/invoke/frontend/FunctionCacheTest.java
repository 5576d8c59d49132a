package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FunctionCacheTest {
    private static final FunctionId MAIL = Functions.id("mail");
    private static final FunctionVersion OLD = Functions.latest("mail", 1);
    private static final FunctionVersion NEW = Functions.latest("mail", 2);
    private static final FunctionCacheConfig CONFIG =
            new FunctionCacheConfig(2, 2, Duration.ofSeconds(30), Duration.ofSeconds(1));

    private final ManualClock clock = new ManualClock();
    private final QueuedExecutor blocking = new QueuedExecutor();
    private final Map<FunctionId, FunctionVersion> store = new HashMap<>();
    private boolean storeIsDown;
    private int reads;
    private Runnable afterRead = () -> {};
    private final FunctionCache cache = new FunctionCache(CONFIG, this::read, blocking, clock);
    private final List<Lookup> answers = new ArrayList<>();

    @Test
    void readsAFunctionOnceAndThenAnswersAtOnce() {
        store.put(MAIL, OLD);
        find(MAIL);
        assertThat(answers).isEmpty();
        blocking.runAll();

        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)), new Lookup.Found(Routing.to(OLD)));
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void readsOnceForAllWhoAskMeanwhile() {
        store.put(MAIL, OLD);
        find(MAIL);
        find(MAIL);
        find(MAIL);
        blocking.runAll();

        assertThat(answers).hasSize(3);
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void readsAgainAfterAChange() {
        known(OLD);
        store.put(MAIL, NEW);

        cache.invalidate(MAIL);
        find(MAIL);
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void doesNotKeepWhatWasReadBeforeAChange() {
        store.put(MAIL, OLD);
        afterRead = () -> {
            store.put(MAIL, NEW);
            cache.invalidate(MAIL);
        };
        find(MAIL);
        blocking.runAll();
        afterRead = () -> {};

        find(MAIL);
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)), new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void whoAsksAfterAChangeDoesNotGetWhatAnEarlierReadBrings() {
        store.put(MAIL, OLD);
        find(MAIL);
        cache.invalidate(MAIL);
        var later = new ArrayList<Lookup>();
        cache.find(MAIL, "$LATEST", later::add);
        assertThat(blocking.size()).isEqualTo(2);

        blocking.runOne();
        assertThat(later).isEmpty();
        store.put(MAIL, NEW);
        blocking.runOne();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
        assertThat(later).containsExactly(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void servesWhatItHasWhileTheStoreIsDown() {
        known(OLD);
        storeIsDown = true;

        cache.invalidate(MAIL);
        find(MAIL);
        blocking.runAll();
        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)), new Lookup.Found(Routing.to(OLD)));
        assertThat(reads).isEqualTo(2);
    }

    @Test
    void readsAgainOnceTheStoreIsBack() {
        known(OLD);
        storeIsDown = true;
        cache.invalidate(MAIL);
        find(MAIL);
        blocking.runAll();
        storeIsDown = false;
        store.put(MAIL, NEW);

        clock.advance(CONFIG.recheck());
        find(MAIL);
        blocking.runAll();
        find(MAIL);

        assertThat(answers).last().isEqualTo(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void saysWhenTheStoreIsDownAndNothingIsKnown() {
        storeIsDown = true;

        find(MAIL);
        blocking.runAll();

        assertThat(answers).singleElement().isInstanceOf(Lookup.Unreachable.class);
    }

    @Test
    void refreshesAnOldEntryWhileItServes() {
        known(OLD);
        store.put(MAIL, NEW);
        clock.advance(CONFIG.refresh());

        find(MAIL);
        find(MAIL);
        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)), new Lookup.Found(Routing.to(OLD)));
        assertThat(blocking.size()).isEqualTo(1);
        blocking.runAll();
        find(MAIL);

        assertThat(answers).last().isEqualTo(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void remembersAMissingFunctionForAShortTimeOnly() {
        find(MAIL);
        blocking.runAll();
        find(MAIL);
        assertThat(answers).containsExactly(new Lookup.Missing(), new Lookup.Missing());
        store.put(MAIL, OLD);

        clock.advance(CONFIG.recheck());
        find(MAIL);
        blocking.runAll();

        assertThat(answers).last().isEqualTo(new Lookup.Found(Routing.to(OLD)));
    }

    @Test
    void findsAFunctionThatWasMissingOnceItIsCreated() {
        find(MAIL);
        blocking.runAll();
        store.put(MAIL, OLD);

        cache.invalidate(MAIL);
        find(MAIL);
        blocking.runAll();

        assertThat(answers).last().isEqualTo(new Lookup.Found(Routing.to(OLD)));
    }

    @Test
    void forgetsADeletedFunction() {
        known(OLD);
        store.clear();

        cache.invalidate(MAIL);
        find(MAIL);
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Missing());
    }

    @Test
    void readsAFunctionThatIsNotActiveAgainSoon() {
        known(Functions.inState("mail", FunctionState.PENDING));
        store.put(MAIL, OLD);

        clock.advance(CONFIG.recheck());
        find(MAIL);
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
    }

    @Test
    void dropsWhatWasUsedLongestAgo() {
        for (var name : List.of("a", "b", "a", "c")) {
            store.put(Functions.id(name), Functions.latest(name));
            find(Functions.id(name));
            blocking.runAll();
        }
        assertThat(reads).isEqualTo(3);

        find(Functions.id("a"));
        assertThat(blocking.size()).isZero();
        find(Functions.id("b"));
        assertThat(blocking.size()).isEqualTo(1);
    }

    @Test
    void dropsNoFunctionForNamesThatDoNotExist() {
        known(OLD);

        for (int i = 0; i < 10; i++) {
            find(Functions.id("missing" + i));
            blocking.runAll();
        }
        answers.clear();
        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
    }

    private void find(FunctionId function) {
        cache.find(function, "$LATEST", answers::add);
    }

    private void known(FunctionVersion version) {
        store.put(MAIL, version);
        find(MAIL);
        blocking.runAll();
        answers.clear();
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        assertThat(qualifier).isEqualTo("$LATEST");
        reads++;
        if (storeIsDown) {
            throw new IllegalStateException("The store is down");
        }
        var found = Optional.ofNullable(store.get(function)).map(Routing::to);
        afterRead.run();
        return found;
    }
}
