package hearth.members.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.link.message.Versions;
import hearth.members.wire.WireMessage.Ping;
import hearth.members.wire.WireMessage.Place;
import hearth.members.wire.WireMessage.Pong;
import hearth.members.wire.WireMessage.ToMember;
import hearth.members.wire.WireMessage.ToShard;
import hearth.model.RandomMessages;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireCodecTest {
    private static final long SEED = Long.getLong("hearth.seed", System.nanoTime());

    private final RandomMessages messages = new RandomMessages(SEED);

    /// All that is said, by the classes, so that none can be forgotten.
    static Stream<Class<?>> all() {
        return Stream.concat(
                Stream.of(ShardRequest.class, ShardAnswer.class).flatMap(type -> RandomMessages.members(type).stream()),
                Stream.of(Ping.class, Pong.class, Place.class));
    }

    private static WireMessage wrapped(Object said) {
        return switch (said) {
            case ShardRequest request -> new ToShard(request);
            case ShardAnswer answer -> new ToMember(answer);
            case WireMessage message -> message;
            default -> throw new IllegalStateException("Nobody says " + said);
        };
    }

    @ParameterizedTest
    @MethodSource("all")
    void readsWhatItWrote(Class<?> type) {
        for (int i = 0; i < 60; i++) {
            var message = wrapped(messages.make(type));

            assertThat(WireCodec.message(WireCodec.bytes(new Spoken(message, Versions.OURS.newest()))))
                    .as("seed " + SEED)
                    .isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void refusesAMessageThatIsCutOffOrHasMoreBehindIt(Class<?> type) {
        var bytes = WireCodec.bytes(new Spoken(wrapped(messages.make(type)), Versions.OURS.newest()));

        for (int length = Math.max(0, bytes.length - 50); length < bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> WireCodec.message(cut)).as("seed " + SEED).isInstanceOf(RuntimeException.class);
        }
        assertThatThrownBy(() -> WireCodec.message(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void refusesWhatNobodySays() {
        assertThatThrownBy(() -> WireCodec.message(new byte[] {99})).hasMessageContaining("99");
    }
}
