package hearth.members;

import hearth.link.message.Versions;
import hearth.members.wire.Spoken;
import hearth.members.wire.WireCodec;
import hearth.members.wire.WireMessage;
import org.apache.pekko.serialization.JSerializer;

/// Has Pekko write our messages as we do. Made by Pekko, by its name.
///
/// A message that comes without a version is one of those that all versions that we speak have alike.
final class WireSerializer extends JSerializer {
    /// Hearth's among all serializers; those below 41 are Pekko's own.
    private static final int IDENTIFIER = 0x48_65;

    WireSerializer() {}

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public boolean includeManifest() {
        return false;
    }

    @Override
    public byte[] toBinary(Object message) {
        return WireCodec.bytes(
                switch (message) {
                    case Spoken spoken -> spoken;
                    case WireMessage plain -> new Spoken(plain, Versions.OURS.oldest());
                    default -> throw new IllegalArgumentException("No message between members: " + message);
                });
    }

    @Override
    public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
        return WireCodec.message(bytes);
    }
}
