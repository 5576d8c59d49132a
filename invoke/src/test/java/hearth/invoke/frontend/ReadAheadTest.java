package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.Routing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private static final FunctionId MAIL = Functions.id("mail");
    private static final FunctionId SEARCH = Functions.id("search");

    private final ManualClock clock = new ManualClock();
    private final QueuedExecutor blocking = new QueuedExecutor();
    private final ArrayDeque<Runnable> alarms = new ArrayDeque<>();
    private final List<Duration> pauses = new ArrayList<>();

    /// The qualifiers of each function, the function that changed last first.
    private final Map<FunctionId, List<String>> store = new LinkedHashMap<>();

    private final List<String> reads = new ArrayList<>();
    private Duration readingTakes = Duration.ZERO;
    private boolean storeIsDown;
    private final FunctionCache cache = cache(Bytes.mebibytes(1));
    private final ReadAhead ahead = of(cache);

    private FunctionCache cache(Bytes room) {
        var config = new FunctionCacheConfig(100, 100, room, Duration.ofSeconds(30), Duration.ofSeconds(1));
        return new FunctionCache(config, this::read, blocking, clock::nanos, InvocationMeter.NONE);
    }

    private ReadAhead of(FunctionCache cache) {
        var catalog = new FunctionCatalog() {
            @Override
            public List<FunctionId> changedLast(int most) {
                ask();
                return store.keySet().stream().limit(most).toList();
            }

            @Override
            public List<String> qualifiers(FunctionId function, int aliases, int versions) {
                ask();
                return store.getOrDefault(function, List.of());
            }
        };
        return new ReadAhead(
                cache,
                catalog,
                blocking,
                (pause, action) -> {
                    pauses.add(pause);
                    alarms.add(action);
                },
                clock::nanos);
    }

    private void ask() {
        if (storeIsDown) {
            throw new IllegalStateException("The store is down");
        }
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        ask();
        clock.advance(readingTakes);
        reads.add(function.name() + ":" + qualifier);
        return Optional.ofNullable(store.get(function))
                .filter(qualifiers -> qualifiers.contains(qualifier))
                .map(_ -> Routing.to(Functions.version(function, qualifier)));
    }

    /// @return false when nothing is left to be done
    private boolean goOn() {
        blocking.runAll();
        var alarm = alarms.poll();
        if (alarm != null) {
            alarm.run();
        }
        return alarm != null;
    }

    private void runAll() {
        for (int i = 0; goOn(); i++) {
            assertThat(i).as("it comes to an end").isLessThan(1_000_000);
        }
    }

    @Test
    void readsAtFirstWhatChangedLast() {
        store.put(SEARCH, List.of("$LATEST", "live", "2"));
        store.put(MAIL, List.of("$LATEST"));

        ahead.begin();
        assertThat(reads).isEmpty();
        runAll();

        assertThat(reads).containsExactly("search:$LATEST", "search:live", "search:2", "mail:$LATEST");
        assertThat(cache.known(SEARCH)).containsExactlyInAnyOrder("$LATEST", "live", "2");
    }

    @Test
    void readsAFunctionThatChangesAndWhatWasKnownOfIt() {
        store.put(MAIL, List.of("$LATEST", "7"));
        ahead.begin();
        runAll();
        reads.clear();

        store.put(MAIL, List.of("$LATEST", "9"));
        cache.invalidate(MAIL);
        ahead.changed(MAIL);
        runAll();

        assertThat(reads).containsExactly("mail:$LATEST", "mail:9", "mail:7");
        assertThat(cache.known(MAIL)).containsExactlyInAnyOrder("$LATEST", "9");
    }

    @Test
    void readsAFunctionOnceThatChangesOftenMeanwhile() {
        ahead.begin();
        runAll();
        store.put(MAIL, List.of("$LATEST"));

        for (int i = 0; i < 10; i++) {
            cache.invalidate(MAIL);
            ahead.changed(MAIL);
        }
        runAll();

        assertThat(reads).containsExactly("mail:$LATEST");
    }

    @Test
    void readsOneAfterTheOtherWithPausesAsLongAsTheReading() {
        for (var name : List.of("a", "b", "c")) {
            store.put(Functions.id(name), List.of("$LATEST"));
        }
        readingTakes = Duration.ofMillis(300);
        ahead.begin();

        blocking.runAll();
        goOn();
        assertThat(reads).isEmpty();
        blocking.runAll();
        assertThat(reads).hasSize(1);
        runAll();

        assertThat(pauses).containsExactly(ReadAhead.PAUSE, readingTakes, readingTakes, readingTakes);
    }

    @Test
    void readsAtFirstOnlyAsMuchAsThereIsRoomFor() {
        IntStream.range(0, 1_000).forEach(i -> store.put(Functions.id("f" + i), List.of("$LATEST")));
        var small = cache(new Bytes(100_000));

        of(small).begin();
        runAll();

        assertThat(small.size()).isBetween(50, 70);
        assertThat(reads).hasSize(small.size()).startsWith("f0:$LATEST", "f1:$LATEST");
    }

    @Test
    void holdsWhatHasChangedLastThoughAllFunctionsChangeAtOnce() {
        ahead.begin();
        runAll();
        for (int i = 0; i < 100_000; i++) {
            store.put(Functions.id("f" + i), List.of("$LATEST"));
            ahead.changed(Functions.id("f" + i));
        }
        runAll();

        assertThat(reads).hasSize(ReadAhead.MOST_WAITING).endsWith("f99999:$LATEST");
        assertThat(cache.size()).isBetween(500, 1_000);
        assertThat(cache.known(Functions.id("f99999"))).containsExactly("$LATEST");
    }

    @Test
    void readsFewOfAFunctionThatHasManyVersions() {
        store.put(MAIL, IntStream.range(0, 1_000).mapToObj(Integer::toString).toList());

        ahead.begin();
        runAll();

        assertThat(reads).hasSize(ReadAhead.QUALIFIERS);
    }

    @Test
    void triesLaterAndLaterWhileTheStoreIsDownAndGoesOnOnceItIsBack() {
        store.put(MAIL, List.of("$LATEST"));
        storeIsDown = true;
        ahead.begin();
        for (int i = 0; i < 6; i++) {
            goOn();
        }
        ahead.changed(SEARCH);
        assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(1L, 2L, 4L, 8L, 8L, 8L);
        store.put(SEARCH, List.of("$LATEST"));

        storeIsDown = false;
        runAll();

        assertThat(reads).containsExactlyInAnyOrder("search:$LATEST", "mail:$LATEST");
        pauses.clear();
        storeIsDown = true;
        ahead.changed(MAIL);
        cache.invalidate(MAIL);
        blocking.runAll();
        assertThat(pauses).containsExactly(ReadAhead.FIRST_PAUSE_OF_FAILURE);
    }

    @Test
    void readsNothingMoreOnceItIsClosed() {
        store.put(MAIL, List.of("$LATEST"));
        ahead.begin();

        ahead.close();
        runAll();
        ahead.changed(MAIL);
        runAll();

        assertThat(reads).isEmpty();
    }
}
