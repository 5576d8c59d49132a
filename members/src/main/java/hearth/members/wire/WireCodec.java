package hearth.members.wire;

import hearth.link.message.FieldReader;
import hearth.link.message.FieldWriter;
import hearth.link.message.MalformedMessageException;
import hearth.members.wire.WireMessage.Ping;
import hearth.members.wire.WireMessage.Place;
import hearth.members.wire.WireMessage.Pong;
import hearth.members.wire.WireMessage.ToMember;
import hearth.members.wire.WireMessage.ToShard;
import hearth.model.worker.ShardId;
import io.netty.buffer.Unpooled;

/// Messages between members, in bytes. A tag is never given to another message: members of two releases work
/// together while the cluster is brought to the later one. What came in a version (`Versions`) is said under
/// that or a later one alone; whatever has a tag is read.
public final class WireCodec {
    private static final int TO_SHARD = 1;
    private static final int PLACE = 2;
    private static final int TO_MEMBER = 3;
    private static final int PING = 4;
    private static final int PONG = 5;

    private WireCodec() {}

    public static byte[] bytes(Spoken spoken) {
        var out = new FieldWriter();
        switch (spoken.message()) {
            case ToShard(var request) -> RequestCodec.write(request, spoken.version(), out.tag(TO_SHARD));
            case Place(var shard) -> out.tag(PLACE).number(shard.number());
            case ToMember(var answer) -> AnswerCodec.write(answer, spoken.version(), out.tag(TO_MEMBER));
            case Ping(var number) -> out.tag(PING).number(number);
            case Pong(var number, var shards) -> out.tag(PONG).number(number).number(shards);
        }
        var whole = out.whole();
        var bytes = new byte[whole.readableBytes()];
        whole.readBytes(bytes);
        return bytes;
    }

    /// @throws RuntimeException for what no member of this release or one before says
    public static WireMessage message(byte[] bytes) {
        var in = new FieldReader(Unpooled.wrappedBuffer(bytes));
        int tag = in.tag();
        var message =
                switch (tag) {
                    case TO_SHARD -> new ToShard(RequestCodec.read(in));
                    case PLACE -> new Place(new ShardId(in.number()));
                    case TO_MEMBER -> new ToMember(AnswerCodec.read(in));
                    case PING -> new Ping(in.longNumber());
                    case PONG -> new Pong(in.longNumber(), in.number());
                    default -> throw unknown(tag);
                };
        in.end();
        return message;
    }

    static MalformedMessageException unknown(int tag) {
        return new MalformedMessageException("no message between members has the tag " + tag);
    }
}
