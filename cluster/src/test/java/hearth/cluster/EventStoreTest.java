package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class EventStoreTest {
    @Parameter
    private StoreEngine engine;

    private static final FunctionId MAIL = function("mail");
    private static final FunctionId AUDIT = function("audit");
    private static final long ENOUGH = 1 << 20;

    @TempDir
    Path folder;

    private EventStore store;

    @BeforeEach
    void open() {
        store = engine.openEvents(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsAllOfAnEvent() {
        var invocation = new Invocation(
                "r-1",
                MAIL.arn("live"),
                bytes("{\"é\":1}"),
                "{\"client\":1}",
                "blue",
                "Root=1-2-3",
                Instant.ofEpochMilli(70),
                false,
                false);

        store.accept(EventRecord.accepted(MAIL, "live", invocation, 70)).join();
        reopen();

        var kept = due(MAIL, 70, 10).getFirst();
        assertThat(kept)
                .usingRecursiveComparison()
                .isEqualTo(new EventRecord(kept.id(), MAIL, "live", invocation, 70, 70, 0, 0, Optional.empty()));
    }

    @Test
    void givesTheEventsOfOneFunctionInTheOrderInWhichTheyAreDue() {
        accept(MAIL, "second", 20);
        accept(AUDIT, "other", 5);
        accept(MAIL, "first", 10);
        accept(MAIL, "third", 20);
        accept(MAIL, "later", 31);

        assertThat(requestIds(due(MAIL, 30, 10))).containsExactly("first", "second", "third");
        assertThat(requestIds(due(MAIL, 30, 2))).containsExactly("first", "second");
        assertThat(store.nextDue(MAIL, 30)).contains(31L);
        assertThat(store.nextDue(AUDIT, 30)).isEmpty();
    }

    @Test
    void leavesOutThoseThatAreInWork() {
        accept(MAIL, "first", 10);
        accept(MAIL, "second", 20);
        accept(MAIL, "third", 30);
        var first = due(MAIL, 30, 1).getFirst();

        assertThat(requestIds(store.due(MAIL, 30, Set.of(first.id()), 1, ENOUGH)))
                .containsExactly("second");
    }

    @Test
    void readsNoMoreThanThereIsRoomForButAlwaysOne() {
        for (int i = 0; i < 5; i++) {
            store.accept(EventRecord.accepted(MAIL, "$LATEST", invocation("r-" + i, "x".repeat(100)), i))
                    .join();
        }

        assertThat(store.due(MAIL, 10, Set.of(), 5, 250)).hasSize(2);
        assertThat(store.due(MAIL, 10, Set.of(), 5, 1)).hasSize(1);
    }

    @Test
    void remembersAFailure() {
        accept(MAIL, "r", 10);
        var failure = new EventRecord.Failure("3", "Unhandled", bytes("{}"));

        store.postpone(due(MAIL, 10, 1).getFirst().failed(failure, 70)).join();

        assertThat(due(MAIL, 69, 1)).isEmpty();
        var kept = due(MAIL, 70, 1).getFirst();
        assertThat(kept.failures()).isEqualTo(1);
        assertThat(kept.lastFailure()).get().usingRecursiveComparison().isEqualTo(failure);
    }

    @Test
    void anEndTakesTheEventAwayAndBringsWhatIsToBeHeardInOneStep() {
        accept(MAIL, "r", 10);
        var event = due(MAIL, 10, 1).getFirst();
        var delivery = delivery(event, "arn:queue", new DeliveryRecord.DeadLetter("200", "no"));
        var next = EventRecord.accepted(AUDIT, "$LATEST", invocation("next", "{}"), 12);

        store.finish(event, List.of(delivery), List.of(next)).join();
        // Once more, as after an answer that was lost.
        store.finish(event, List.of(delivery), List.of(next)).join();
        reopen();

        assertThat(due(MAIL, 99, 1)).isEmpty();
        assertThat(requestIds(due(AUDIT, 99, 10))).containsExactly("next");
        var kept = store.deliveriesDue("arn:queue", 99, Set.of(), 10, ENOUGH);
        assertThat(kept).singleElement().satisfies(one -> assertThat(one)
                .usingRecursiveComparison()
                .ignoringFields("id")
                .isEqualTo(delivery));
        assertThat(store.targets()).containsExactly(new QueueLength<>("arn:queue", 1, 11, 11));
    }

    @Test
    void remembersWhyADeliveryWasSetBack() {
        accept(MAIL, "r", 10);
        var event = due(MAIL, 10, 1).getFirst();
        store.finish(event, List.of(delivery(event, "arn:topic", null)), List.of())
                .join();
        var delivery = store.deliveriesDue("arn:topic", 99, Set.of(), 1, ENOUGH).getFirst();

        store.setBack(delivery, 200, "It is away.").join();

        assertThat(store.deliveriesDue("arn:topic", 199, Set.of(), 1, ENOUGH)).isEmpty();
        assertThat(store.nextDelivery("arn:topic", 99)).contains(200L);
        var again = store.deliveriesDue("arn:topic", 200, Set.of(), 1, ENOUGH).getFirst();
        assertThat(again.setbacks()).isEqualTo(1);
        assertThat(again.setback()).contains("It is away.");
        store.delivered(again).join();
        assertThat(store.targets()).isEmpty();
    }

    @Test
    void knowsItsQueuesAndItsLatestTime() {
        assertThat(store.latest()).isZero();
        accept(MAIL, "a", 10);
        accept(MAIL, "b", 5);
        accept(AUDIT, "c", 20);

        assertThat(store.queues())
                .containsExactlyInAnyOrder(new QueueLength<>(MAIL, 2, 5, 10), new QueueLength<>(AUDIT, 1, 20, 20));
        assertThat(store.latest()).isEqualTo(20);
    }

    @Test
    void reportsWhatWaitsBesideAServerAtWork() {
        assertThat(engine.report(folder.resolve("elsewhere"))).isEmpty();
        accept(MAIL, "a", 10);
        accept(MAIL, "b", 20);
        store.postpone(due(MAIL, 20, 1).getFirst().failed(new EventRecord.Failure("1", "Unhandled", bytes("{}")), 90))
                .join();

        var report = engine.report(folder).orElseThrow();

        assertThat(report.events()).containsExactly(new EventsReport.WaitingEvents(MAIL, 2, 10, 20, 1, 0));
        assertThat(report.deliveries()).isEmpty();
    }

    private void reopen() {
        store.close();
        store = engine.openEvents(folder);
    }

    private void accept(FunctionId function, String requestId, long time) {
        store.accept(EventRecord.accepted(function, "$LATEST", invocation(requestId, "{}"), time))
                .join();
    }

    private List<EventRecord> due(FunctionId function, long now, int most) {
        return store.due(function, now, Set.of(), most, ENOUGH);
    }

    private static List<String> requestIds(List<EventRecord> events) {
        return events.stream().map(event -> event.invocation().requestId()).toList();
    }

    private static DeliveryRecord delivery(
            EventRecord event, String target, DeliveryRecord.@Nullable DeadLetter letter) {
        return new DeliveryRecord(
                0,
                target,
                event.function(),
                event.qualifier(),
                event.invocation().requestId(),
                "Root=1-2-3",
                letter == null ? DeliveryRecord.Kind.SUCCESS : DeliveryRecord.Kind.DEAD_LETTER,
                bytes("{\"version\":\"1.0\"}"),
                Optional.ofNullable(letter),
                11,
                11,
                0,
                Optional.empty());
    }

    private static Invocation invocation(String requestId, String payload) {
        return new Invocation(
                requestId, MAIL.arn(), bytes(payload), null, null, "Root=1-2-3", Instant.ofEpochMilli(0), false, false);
    }

    private static FunctionId function(String name) {
        return new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), name);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
