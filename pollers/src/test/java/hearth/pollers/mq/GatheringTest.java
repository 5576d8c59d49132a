package hearth.pollers.mq;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.filter.RecordFilter;
import hearth.model.filter.RecordSource;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.BatchInvoker;
import hearth.pollers.FakeFunctions;
import hearth.pollers.HeldMemory;
import hearth.pollers.PolledMapping;
import hearth.pollers.PollerMeter;
import hearth.pollers.secrets.Secrets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final int MESSAGE = 1 << 20;

    private final MemoryBudget budget = new MemoryBudget(Bytes.mebibytes(16));

    /// Has messages of a megabyte without end.
    private static final class Endless implements BrokerConnection<String> {
        private int given;

        @Override
        public Optional<MqRecord<String>> receive(Duration wait) {
            given++;
            return Optional.of(
                    new MqRecord<>("m" + given, new byte[0], new byte[0], new byte[MESSAGE], Optional.empty()));
        }

        @Override
        public void acknowledge(MqRecord<String> record) {}

        @Override
        public void expire(MqRecord<String> record) {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void takesNoMoreOutThanThereIsMemoryFor() throws Exception {
        var connection = new Endless();
        var invoker = new FakeFunctions().invoker(budget);
        var rules = new MqRules("q", "/", "", 100, Duration.ofMinutes(5));
        var work = work(rules, invoker);
        long others = 9 << 20;
        budget.hold(others);

        try (var memory = new HeldMemory(invoker)) {
            var gathering = new Gathering<>(work, MqEvent.of(Engine.ACTIVEMQ, "arn", rules), connection, memory);
            assertThat(gathering.next()).as("what there is memory for").hasSizeBetween(1, 3);
            int taken = connection.given;
            budget.hold(MESSAGE);
            budget.hold(4 << 20);
            assertThat(gathering.next()).as("while there is none").isEmpty();
            assertThat(connection.given).isEqualTo(taken);

            budget.giveBack(others + MESSAGE + (4 << 20));
            assertThat(gathering.next()).as("once there is").hasSize(5);
        }

        assertThat(budget.left()).isEqualTo(budget.total().count());
    }

    /// Nobody here asks for its secrets or shows its status.
    @SuppressWarnings("NullAway")
    private static MqWork work(MqRules rules, BatchInvoker invoker) {
        var account = new AccountId("123456789012");
        var region = new Region("us-east-1");
        var mapping = new PolledMapping(
                new EventSourceMappingId(account, region, "a"),
                new FunctionId(account, region, "mail"),
                FunctionId.LATEST,
                EventSourceMappingConfiguration.builder().build());
        return new MqWork(
                mapping,
                rules,
                RecordFilter.of(RecordSource.MQ, List.of()),
                new MqServices(
                        invoker, new Secrets(Map.of(), null), Map.of(), PollerMeter.NONE, InstantSource.system()),
                null,
                new CountDownLatch(1));
    }
}
