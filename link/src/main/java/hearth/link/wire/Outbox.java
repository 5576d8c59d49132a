package hearth.link.wire;

import hearth.link.message.Message.Event;
import hearth.model.worker.Report;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What waits to be written to one connection, and what comes next.
///
/// A long message is cut, and each lane that has one sends a part of it in its turn. Short messages go before them, so
/// that none ever waits for the whole of another lane's; yet after so many of them comes a part. What is longer
/// than the peer takes unasked begins, and goes on when the peer has memory for all of it.
///
/// On the connection's loop alone.
final class Outbox {
    /// The bytes of a part: with its frame's header no more than one record of TLS.
    static final int PART = (16 << 10) - Frame.HEADER - 4;

    /// The longest message that a peer takes without being asked.
    static final int UNASKED = 64 << 10;

    /// How many bytes of short messages go before the next part.
    private static final int BEFORE_PART = 64 << 10;

    /// More than ever wait, unless the peer takes nothing.
    private static final int MOST_MESSAGES = 1 << 16;

    private final ArrayDeque<ByteBuf> signals = new ArrayDeque<>();
    private final Map<Object, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> withShort = new ArrayDeque<>();
    private final ArrayDeque<Lane> withLong = new ArrayDeque<>();
    /// Those whose first message waits for the peer, by its number.
    private final Map<Integer, Lane> asking = new HashMap<>();

    private int messages;
    private int lastNumber;
    private int sinceLastPart;

    /// The next frame.
    ///
    /// @param finished the message that ends with it; null when none does
    record Next(ByteBuf frame, @Nullable Outgoing finished) {}

    /// A frame that is about the connection itself: it goes before all messages.
    void signal(ByteBuf frame) {
        signals.add(frame);
    }

    /// @return false when more waits than a peer that reads would ever leave
    boolean add(Outgoing message) {
        var key = Lane.of(message.message());
        var lane = lanes.get(key);
        if (lane == null) {
            lane = new Lane(key);
            lanes.put(key, lane);
            lane.messages().add(message);
            line(lane);
        } else {
            if (isReport(message)) {
                forgetOlderReport(lane);
            }
            lane.messages().add(message);
        }
        messages++;
        return messages <= MOST_MESSAGES;
    }

    private static boolean isReport(Outgoing message) {
        return message.message() instanceof Event(Report _);
    }

    /// A report says all that the one before it said. The lane stays in its line: another takes the place.
    private void forgetOlderReport(Lane lane) {
        var last = lane.messages().peekLast();
        if (last != null && !last.hasBegun()) {
            lane.messages().removeLast();
            last.release();
            messages--;
        }
    }

    /// Puts a lane where the kind of its first message says.
    private void line(Lane lane) {
        var first = lane.messages().peekFirst();
        if (first == null) {
            lanes.remove(lane.key());
        } else if (isShort(first)) {
            withShort.add(lane);
        } else {
            withLong.add(lane);
        }
    }

    private static boolean isShort(Outgoing message) {
        return message.length() <= PART;
    }

    /// Null when nothing can be sent now.
    @Nullable
    Next next() {
        var signal = signals.poll();
        if (signal != null) {
            return new Next(signal, null);
        }
        boolean partIsDue = sinceLastPart >= BEFORE_PART && !withLong.isEmpty();
        var lane = partIsDue ? null : withShort.poll();
        if (lane == null) {
            lane = withLong.poll();
        }
        if (lane == null) {
            return null;
        }
        var first = lane.messages().getFirst();
        return isShort(first) ? whole(lane, first) : cut(lane, first);
    }

    private Next whole(Lane lane, Outgoing message) {
        sinceLastPart += message.length();
        var frame = Frame.of(Frame.WHOLE, message.take(PART));
        return finished(lane, frame, message);
    }

    private Next cut(Lane lane, Outgoing message) {
        if (!message.hasBegun()) {
            message.begin(++lastNumber);
            if (message.length() > UNASKED) {
                asking.put(message.number(), lane);
            } else {
                withLong.addFirst(lane);
            }
            return new Next(Frame.of(Frame.BEGIN, message.number(), message.length()), null);
        }
        sinceLastPart = 0;
        var frame = Frame.part(message.number(), message.take(PART));
        if (message.isTaken()) {
            return finished(lane, frame, message);
        }
        withLong.add(lane);
        return new Next(frame, null);
    }

    private Next finished(Lane lane, ByteBuf frame, Outgoing message) {
        lane.messages().removeFirst();
        messages--;
        line(lane);
        return new Next(frame, message);
    }

    /// The peer has memory for a message that waits for it. One that does not wait changes nothing.
    void granted(int number) {
        var lane = asking.remove(number);
        if (lane != null) {
            withLong.add(lane);
        }
    }

    /// Whether `next` would find something.
    boolean hasNext() {
        return !(signals.isEmpty() && withShort.isEmpty() && withLong.isEmpty());
    }

    /// Whether nothing waits, not even for the peer.
    boolean isEmpty() {
        return messages == 0 && signals.isEmpty();
    }

    /// Takes out all messages of which the peer has not the whole: nothing of them is done there.
    List<Outgoing> clear() {
        var unsent = new ArrayList<Outgoing>(messages);
        lanes.values().forEach(lane -> unsent.addAll(lane.messages()));
        lanes.clear();
        withShort.clear();
        withLong.clear();
        asking.clear();
        signals.clear();
        messages = 0;
        return unsent;
    }
}
