package hearth.members.wire;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.shards.ShardAnswer.Failed;
import hearth.invoke.workermanager.Unavailable;
import hearth.members.wire.WireMessage.ToMember;
import org.junit.jupiter.api.Test;

class Version2Test {
    @Test
    void isReadAsItWasRecorded() {
        Version2.MESSAGES.forEach((name, message) ->
                assertThat(WireCodec.message(Version2.recorded(name))).as(name).isEqualTo(message));
    }

    @Test
    void isWrittenAsItWasRecorded() {
        Version2.MESSAGES.forEach((name, message) ->
                assertThat(WireCodec.bytes(new Spoken(message, 2))).as(name).isEqualTo(Version2.recorded(name)));
    }

    @Test
    void isToldOfADefectWhereAnInvocationWasParted() {
        var parted = new ToMember(new Failed(1, new Unavailable.Parted()));

        assertThat(WireCodec.bytes(new Spoken(parted, 2))).isEqualTo(Version2.recorded("failed-defect"));
        assertThat(WireCodec.message(WireCodec.bytes(new Spoken(parted, 3)))).isEqualTo(parted);
    }
}
