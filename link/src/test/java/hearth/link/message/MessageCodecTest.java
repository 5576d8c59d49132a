package hearth.link.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import hearth.model.RandomMessages;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerId;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private static final long SEED = Long.getLong("hearth.seed", System.nanoTime());

    private final RandomMessages messages = new RandomMessages(SEED);

    /// Every command, every event, and all else that is said: by the classes, so that none can be forgotten.
    static Stream<Class<?>> all() {
        return Stream.of(WorkerCommand.class, WorkerEvent.class, Message.PackageMessage.class, Message.KeyMessage.class)
                .flatMap(type -> RandomMessages.members(type).stream());
    }

    @ParameterizedTest
    @MethodSource("all")
    void readsWhatItWrote(Class<?> type) {
        for (int i = 0; i < 60; i++) {
            var message = wrapped(messages.make(type));

            var read = MessageCodec.decode(MessageCodec.encode(message, Versions.OURS.newest()));

            assertThat(read).as("seed " + SEED).usingRecursiveComparison().isEqualTo(message);
        }
    }

    private static Message wrapped(Object said) {
        return switch (said) {
            case WorkerCommand command -> new Message.Command(command);
            case WorkerEvent event -> new Message.Event(event);
            case Message message -> message;
            default -> throw new IllegalStateException("Nobody says " + said);
        };
    }

    @ParameterizedTest
    @MethodSource("all")
    void refusesAMessageThatIsCutOffOrHasMoreBehindIt(Class<?> type) {
        var bytes = ByteBufUtil.getBytes(MessageCodec.encode(wrapped(messages.make(type)), Versions.OURS.newest()));
        var random = new Random(SEED);

        for (int i = 0; i < 100; i++) {
            int length = random.nextInt(bytes.length);
            assertThatThrownBy(() -> MessageCodec.decode(Unpooled.wrappedBuffer(bytes, 0, length)))
                    .as("seed " + SEED)
                    .isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> MessageCodec.decode(Unpooled.wrappedBuffer(bytes, new byte[] {0})))
                .as("seed " + SEED)
                .isInstanceOf(MalformedMessageException.class);
    }

    /// Whatever it reads, it takes no more memory than that has, and throws nothing else.
    @Test
    void takesWhateverComesForAMessageOrRefusesIt() {
        var random = new Random(SEED);
        var types = all().toList();
        int refused = 0;
        for (int i = 0; i < 15_000; i++) {
            var bytes = damaged(types, random);
            try {
                var _ = MessageCodec.decode(Unpooled.wrappedBuffer(bytes));
            } catch (MalformedMessageException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", round " + i, e);
            }
        }

        assertThat(refused).as("seed " + SEED).isPositive();
    }

    private byte[] damaged(List<Class<?>> types, Random random) {
        var bytes = random.nextInt(3) == 0
                ? new byte[1 + random.nextInt(200)]
                : ByteBufUtil.getBytes(MessageCodec.encode(
                        wrapped(messages.make(types.get(random.nextInt(types.size())))), Versions.OURS.newest()));
        if (bytes.length > 2_000) {
            return bytes;
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @Test
    void copiesNoPayload() {
        var payload = new byte[1 << 20];
        var bytes = MessageCodec.encode(new Message.PackagePart(1, payload), Versions.OURS.newest());

        payload[payload.length - 1] = 7;

        assertThat(bytes.getByte(bytes.readableBytes() - 1)).isEqualTo((byte) 7);
    }

    @Test
    void saysWhichVersionsItSpeaksWhateverFollows() {
        var hello = new Hello(
                new Versions(2, 3), "cluster", new WorkerId("host2"), 7, "a", new WorkerCapacity(new Bytes(1), 2, 3));

        assertThat(Hello.decode(hello.encode())).isEqualTo(hello);
        assertThat(Hello.versions(hello.encode().slice(0, 12))).isEqualTo(new Versions(2, 3));
        assertThat(new Versions(1, 2).common(new Versions(2, 3))).hasValue(2);
        assertThat(new Versions(1, 1).common(new Versions(2, 3))).isEmpty();
        assertThatThrownBy(() ->
                        Hello.versions(Unpooled.wrappedBuffer("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void isOfNoneButKnownTags() {
        for (int tag = 0; tag < 256; tag++) {
            var bytes = new byte[] {(byte) tag};
            assertThatThrownBy(() -> MessageCodec.decode(Unpooled.wrappedBuffer(bytes)))
                    .isInstanceOf(MalformedMessageException.class);
        }
    }
}
