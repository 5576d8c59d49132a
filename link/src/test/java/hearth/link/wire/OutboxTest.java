package hearth.link.wire;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.link.Samples;
import hearth.link.message.Message;
import hearth.link.message.Versions;
import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final int LARGE = 6 << 20;

    private final MemoryBudget budget = new MemoryBudget(Bytes.mebibytes(64));
    private final Outbox outbox = new Outbox();

    private void add(WorkerCommand command) {
        assertThat(outbox.add(Outgoing.of(new Message.Command(command), Versions.OURS.newest(), budget)))
                .isTrue();
    }

    private Outbox.Next next() {
        return Objects.requireNonNull(outbox.next(), "nothing to send");
    }

    private int nextKind() {
        return next().frame().getByte(4);
    }

    @Test
    void sendsAShortMessageBeforeTheRestOfALongOneOfAnotherLane() {
        add(Samples.invoke(1, LARGE));
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        outbox.granted(1);
        assertThat(nextKind()).isEqualTo(Frame.PART);

        add(Samples.invoke(2, 100));

        assertThat(nextKind()).isEqualTo(Frame.WHOLE);
        assertThat(nextKind()).isEqualTo(Frame.PART);
    }

    @Test
    void sendsPartsOfLongMessagesInTurns() {
        for (int environment = 1; environment <= 3; environment++) {
            add(Samples.invoke(environment, LARGE));
            assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        }
        for (int number = 1; number <= 3; number++) {
            outbox.granted(number);
        }

        var numbers = new ArrayList<Integer>();
        for (int i = 0; i < 6; i++) {
            numbers.add(next().frame().getInt(5));
        }

        assertThat(numbers).containsExactly(1, 2, 3, 1, 2, 3);
    }

    @Test
    void keepsTheOrderOfWhatIsAboutOneEnvironment() {
        add(Samples.invoke(1, LARGE));
        add(new WorkerCommand.Retire(Samples.environment(1)));
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        assertThat(outbox.next()).isNull();
        outbox.granted(1);

        var kinds = new ArrayList<Integer>();
        for (var next = outbox.next(); next != null; next = outbox.next()) {
            kinds.add((int) next.frame().getByte(4));
        }

        assertThat(kinds.subList(0, kinds.size() - 1)).containsOnly(Frame.PART);
        assertThat(kinds.getLast()).isEqualTo(Frame.WHOLE);
    }

    @Test
    void letsAPartThroughHoweverManyShortMessagesThereAre() {
        add(Samples.invoke(1, LARGE));
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        outbox.granted(1);
        for (int environment = 2; environment < 100; environment++) {
            add(Samples.invoke(environment, 8 << 10));
        }

        var kinds = new ArrayList<Integer>();
        for (int i = 0; i < 20; i++) {
            kinds.add(nextKind());
        }

        assertThat(kinds).filteredOn(kind -> kind == Frame.PART).hasSizeBetween(2, 4);
    }

    @Test
    void waitsForMemoryOfThePeerOnlyWithWhatIsLong() {
        add(Samples.invoke(1, Outbox.UNASKED - 1_000));
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        assertThat(nextKind()).isEqualTo(Frame.PART);

        add(Samples.invoke(2, Outbox.UNASKED + 1));
        List<Integer> begun = new ArrayList<>();
        for (var next = outbox.next(); next != null; next = outbox.next()) {
            if (next.frame().getByte(4) == Frame.BEGIN) {
                begun.add(next.frame().getInt(5));
            } else {
                assertThat(next.frame().getInt(5)).isEqualTo(1);
            }
        }

        assertThat(begun).containsExactly(2);
    }

    @Test
    void sendsOnlyTheLastOfTheReportsThatWait() {
        for (int number = 1; number <= 10; number++) {
            assertThat(outbox.add(
                            Outgoing.of(new Message.Event(Samples.report(number)), Versions.OURS.newest(), budget)))
                    .isTrue();
        }

        assertThat(next().finished()).extracting(Outgoing::message).isEqualTo(new Message.Event(Samples.report(10)));
        assertThat(outbox.next()).isNull();
    }

    @Test
    void countsWhatWaitsAsMemoryUntilItIsWritten() {
        long before = budget.left();
        var part = new Message.PackagePart(1, new byte[50_000]);
        assertThat(outbox.add(Outgoing.of(part, Versions.OURS.newest(), budget)))
                .isTrue();
        assertThat(before - budget.left()).isGreaterThan(50_000);

        for (var next = outbox.next(); next != null; next = outbox.next()) {
            if (next.finished() != null) {
                next.finished().release();
            }
        }

        assertThat(budget.left()).isEqualTo(before);
    }

    @Test
    void hasEverythingThatWasNotSentWhole() {
        add(Samples.invoke(1, LARGE));
        add(Samples.invoke(1, 5));
        add(Samples.invoke(2, 5));
        add(Samples.invoke(3, LARGE));
        assertThat(next().finished()).isNotNull();
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        assertThat(nextKind()).isEqualTo(Frame.BEGIN);
        outbox.granted(1);
        assertThat(nextKind()).isEqualTo(Frame.PART);

        var unsent = outbox.clear();

        assertThat(unsent).hasSize(3);
        assertThat(outbox.next()).isNull();
    }

    @Test
    void refusesMoreThanAPeerThatReadsWouldEverLeave() {
        boolean room = true;
        int count = 0;
        while (room && count < 1_000_000) {
            room = outbox.add(Outgoing.of(
                    new Message.Command(new WorkerCommand.Retire(Samples.environment(count++))),
                    Versions.OURS.newest(),
                    budget));
        }

        assertThat(room).isFalse();
    }
}
