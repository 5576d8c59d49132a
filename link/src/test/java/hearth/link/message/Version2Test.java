package hearth.link.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.link.Samples;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.RandomMessages;
import hearth.model.Region;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class Version2Test {
    private static final long SEED = Long.getLong("hearth.seed", System.nanoTime());

    private static final Report OF_SENT = new Report(
            1,
            Samples.CAPACITY,
            Report.Taken.NOTHING,
            true,
            true,
            List.of(),
            true,
            List.of(new Report.Sent(
                    new MemberId("host1"),
                    true,
                    new FunctionId(new AccountId("000000000000"), new Region("us-east-1"), "mail"),
                    3)));

    private static byte[] bytes(Message message, int version) {
        return ByteBufUtil.getBytes(MessageCodec.encode(message, version));
    }

    @Test
    void isReadAsItWasRecorded() {
        var recorded = Version2.recorded();

        Version2.MESSAGES.forEach(
                (name, message) -> assertThat(MessageCodec.decode(Unpooled.wrappedBuffer(recorded.get(name))))
                        .as(name)
                        .usingRecursiveComparison()
                        .isEqualTo(message));
        assertThat(Hello.decode(Unpooled.wrappedBuffer(recorded.get("hello")))).isEqualTo(Version2.hello());
    }

    @Test
    void isWrittenAsItWasRecorded() {
        var recorded = Version2.recorded();

        Version2.MESSAGES.forEach(
                (name, message) -> assertThat(bytes(message, 2)).as(name).isEqualTo(recorded.get(name)));
        assertThat(ByteBufUtil.getBytes(Version2.hello().encode())).isEqualTo(recorded.get("hello"));
    }

    /// Whatever this release may say: a tag that was not recorded is one that a peer of version 2 ends the
    /// connection for.
    @Test
    void knowsEveryTagThatIsWrittenInIt() {
        var messages = new RandomMessages(SEED);
        var known = Version2.recorded().entrySet().stream()
                .filter(one -> !one.getKey().equals("hello"))
                .map(one -> one.getValue()[0])
                .collect(Collectors.toSet());

        var written = new HashSet<Byte>();
        Stream.of(WorkerCommand.class, WorkerEvent.class, Message.PackageMessage.class, Message.KeyMessage.class)
                .flatMap(type -> RandomMessages.members(type).stream())
                .forEach(type -> {
                    for (int i = 0; i < 20; i++) {
                        written.add(bytes(wrapped(messages.make(type)), 2)[0]);
                    }
                });

        assertThat(known).as("seed " + SEED).containsAll(written);
    }

    private static Message wrapped(Object said) {
        return switch (said) {
            case WorkerCommand command -> new Message.Command(command);
            case WorkerEvent event -> new Message.Event(event);
            case Message message -> message;
            default -> throw new IllegalStateException("Nobody says " + said);
        };
    }

    @Test
    void isToldAReportWithoutWhoSentWhatRuns() {
        var read = MessageCodec.decode(Unpooled.wrappedBuffer(bytes(new Message.Event(OF_SENT), 2)));

        assertThat(read)
                .isEqualTo(new Message.Event(
                        new Report(1, Samples.CAPACITY, Report.Taken.NOTHING, true, true, List.of())));
        assertThat(MessageCodec.decode(Unpooled.wrappedBuffer(bytes(new Message.Event(OF_SENT), 3))))
                .isEqualTo(new Message.Event(OF_SENT));
    }

    @Test
    void isWhatAProcessSpeaksThatSaysNothing() {
        assertThat(Versions.parse("")).isEqualTo(new Versions(2, 2));
        assertThat(Versions.parse(Versions.OURS.said())).isEqualTo(Versions.OURS);
        for (var wrong : List.of("3", "a-b", "2-3-4", "3-2")) {
            assertThatThrownBy(() -> Versions.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Map.of(1, false, 2, true, 3, true, 4, true, 5, false))
                .allSatisfy((version, spoken) ->
                        assertThat(Versions.OURS.contain(version)).isEqualTo(spoken));
    }
}
