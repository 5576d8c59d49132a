package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedMeter;
import hearth.model.Bytes;
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
            new FunctionCacheConfig(2, 2, new Bytes(4_000), Duration.ofSeconds(30), Duration.ofSeconds(1));

    private final ManualClock clock = new ManualClock();
    private final QueuedExecutor blocking = new QueuedExecutor();
    private final Map<FunctionId, FunctionVersion> store = new HashMap<>();
    private final RecordedMeter meter = new RecordedMeter();
    private boolean storeIsDown;
    private int reads;
    private Runnable afterRead = () -> {};
    private final FunctionCache cache = new FunctionCache(CONFIG, this::read, blocking, clock::nanos, meter);
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

    @Test
    void keepsTheQualifiersOfAFunctionApart() {
        store.put(MAIL, OLD);
        var asked = new ArrayList<String>();
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT,
                (function, qualifier) -> {
                    asked.add(qualifier);
                    return Optional.ofNullable(store.get(function)).map(Routing::to);
                },
                Runnable::run,
                clock::nanos,
                meter);
        for (var qualifier : List.of("$LATEST", "live", "1", "live")) {
            cache.find(MAIL, qualifier, answers::add);
        }
        assertThat(asked).containsExactly("$LATEST", "live", "1");

        cache.invalidate(Functions.id("other"));
        cache.find(MAIL, "1", answers::add);
        assertThat(asked).hasSize(3);
        cache.invalidate(MAIL);
        cache.find(MAIL, "1", answers::add);
        cache.find(MAIL, "live", answers::add);

        assertThat(asked).containsExactly("$LATEST", "live", "1", "1", "live");
    }

    @Test
    void servesWhatWasReadAheadWithoutAskingTheStore() {
        store.put(MAIL, OLD);
        assertThat(cache.readAhead(MAIL, "$LATEST")).isTrue();
        storeIsDown = true;

        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
        assertThat(blocking.size()).isZero();
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void doesNotServeWhatWasReadAheadBeforeAChange() {
        store.put(MAIL, OLD);
        cache.readAhead(MAIL, "$LATEST");
        store.put(MAIL, NEW);
        cache.invalidate(MAIL);

        find(MAIL);
        assertThat(answers).isEmpty();
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void doesNotKeepWhatWasBeingReadAheadWhenItChanged() {
        store.put(MAIL, OLD);
        afterRead = () -> {
            store.put(MAIL, NEW);
            cache.invalidate(MAIL);
        };
        cache.readAhead(MAIL, "$LATEST");
        afterRead = () -> {};

        find(MAIL);
        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void servesWhatWasReadAheadLastOnceTheStoreIsDown() {
        store.put(MAIL, OLD);
        cache.readAhead(MAIL, "$LATEST");
        storeIsDown = true;
        cache.invalidate(MAIL);

        assertThat(cache.readAhead(MAIL, "$LATEST")).isFalse();
        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
    }

    @Test
    void refreshesWhatWasReadAheadLongAgoWhenItIsUsed() {
        store.put(MAIL, OLD);
        cache.readAhead(MAIL, "$LATEST");
        store.put(MAIL, NEW);
        clock.advance(CONFIG.refresh());

        find(MAIL);
        blocking.runAll();
        find(MAIL);

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)), new Lookup.Found(Routing.to(NEW)));
    }

    @Test
    void readsNothingAheadThatIsKnown() {
        known(OLD);

        cache.readAhead(MAIL, "$LATEST");

        assertThat(reads).isEqualTo(1);
    }

    @Test
    void tellsWhoAsksWhileAFunctionIsReadAhead() {
        store.put(MAIL, OLD);
        afterRead = () -> find(MAIL);

        cache.readAhead(MAIL, "$LATEST");

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void forgetsWhatWasReadAheadAndDeleted() {
        store.put(MAIL, OLD);
        cache.readAhead(MAIL, "$LATEST");
        store.clear();
        cache.invalidate(MAIL);

        cache.readAhead(MAIL, "$LATEST");

        assertThat(cache.size()).isZero();
    }

    /// There is room for two, by their weight.
    @Test
    void dropsOfWhatWasReadAheadTheOldestAndNothingThatWasAskedFor() {
        known(OLD);
        for (var name : List.of("a", "b", "c")) {
            store.put(Functions.id(name), Functions.latest(name));
            cache.readAhead(Functions.id(name), "$LATEST");
        }

        assertThat(cache.known(Functions.id("a"))).isEmpty();
        assertThat(cache.known(Functions.id("b"))).containsExactly("$LATEST");
        assertThat(cache.known(Functions.id("c"))).containsExactly("$LATEST");
        assertThat(cache.known(MAIL)).containsExactly("$LATEST");
    }

    @Test
    void holdsFewerAheadThatHaveMuchToThem() {
        var long1 = Routing.to(OLD).with(List.of("x".repeat(1_000)));
        var cache = new FunctionCache(CONFIG, (_, _) -> Optional.of(long1), blocking, clock::nanos, meter);

        assertThat(cache.hasRoomAhead()).isTrue();
        cache.readAhead(Functions.id("a"), "$LATEST");
        assertThat(cache.hasRoomAhead()).isTrue();
        cache.readAhead(Functions.id("b"), "$LATEST");

        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void tellsAllListenersThoughOneFails() {
        store.put(MAIL, OLD);
        cache.find(MAIL, "$LATEST", _ -> {
            throw new StackOverflowError("A test asked for it");
        });
        find(MAIL);

        blocking.runAll();

        assertThat(answers).containsExactly(new Lookup.Found(Routing.to(OLD)));
        assertThat(meter.told).containsExactly("defect");
    }

    @Test
    void leavesNobodyWithoutAnAnswerWhenNoThreadCanBeHad() {
        store.put(MAIL, OLD);
        var without = new FunctionCache(
                CONFIG,
                this::read,
                _ -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                clock::nanos,
                meter);

        without.find(MAIL, "$LATEST", answers::add);
        without.find(MAIL, "$LATEST", answers::add);

        assertThat(answers).hasSize(2).allMatch(Lookup.Unreachable.class::isInstance);
        assertThat(meter.told).containsExactly("defect", "defect");
    }

    @Test
    void takesAnErrorOfTheStoreForAnOutage() {
        var broken = new FunctionCache(
                CONFIG,
                (_, _) -> {
                    throw new StackOverflowError("A test asked for it");
                },
                Runnable::run,
                clock::nanos,
                meter);

        broken.find(MAIL, "$LATEST", answers::add);

        assertThat(answers).singleElement().isInstanceOf(Lookup.Unreachable.class);
    }

    @Test
    void runsEveryTaskThatWaitsThoughOneFails() {
        known(Functions.inState("mail", FunctionState.PENDING));
        var seen = new Lookup.Found(Routing.to(Functions.inState("mail", FunctionState.PENDING)));
        var ran = new ArrayList<String>();
        var direct = new FunctionCache(CONFIG, this::read, Runnable::run, clock::nanos, meter);
        direct.find(MAIL, "$LATEST", answers::add);
        direct.awaitChange(MAIL, "$LATEST", seen, Duration.ofSeconds(9), () -> {
            throw new IllegalStateException("A test asked for it");
        });
        direct.awaitChange(MAIL, "$LATEST", seen, Duration.ofSeconds(9), () -> ran.add("second"));

        direct.invalidate(MAIL);

        assertThat(ran).containsExactly("second");
        assertThat(meter.told).isNotEmpty();
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
