package hearth.link.wire;

import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.MessageCodec;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerCommand;
import io.netty.buffer.ByteBuf;

/// A message on its way out.
///
/// It counts as memory of this process until it is written. Only the event of an `Invoke` does not: its request
/// counts it already, until it is answered, and counting it twice would leave too little for answers, without
/// which no request ever ends.
final class Outgoing {
    private final Message message;
    private final ByteBuf rest;
    private final int length;
    private final MemoryBudget budget;
    private long counted;
    /// Its number on this connection; 0 until it has begun, and for one that is not cut.
    private int number;

    private Outgoing(Message message, ByteBuf bytes, MemoryBudget budget) {
        this.message = message;
        this.rest = bytes;
        this.length = bytes.readableBytes();
        this.budget = budget;
        this.counted = message instanceof Command(WorkerCommand.Invoke _) ? 0 : length;
    }

    /// @param version of the protocol that is spoken on the connection
    static Outgoing of(Message message, int version, MemoryBudget budget) {
        var outgoing = new Outgoing(message, MessageCodec.encode(message, version), budget);
        budget.hold(outgoing.counted);
        return outgoing;
    }

    Message message() {
        return message;
    }

    /// In all.
    int length() {
        return length;
    }

    boolean hasBegun() {
        return number != 0;
    }

    int number() {
        return number;
    }

    void begin(int itsNumber) {
        number = itsNumber;
    }

    /// The next bytes of it, for the caller to release.
    ByteBuf take(int most) {
        return rest.readRetainedSlice(Math.min(most, rest.readableBytes()));
    }

    boolean isTaken() {
        return !rest.isReadable();
    }

    /// It is written, or will never be. Safe to repeat, on the connection's loop.
    void release() {
        budget.giveBack(counted);
        counted = 0;
    }
}
