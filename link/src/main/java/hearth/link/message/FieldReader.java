package hearth.link.message;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads the fields of a message one after the other. Nothing that the bytes say has it take more memory than they
/// have.
public final class FieldReader {
    private final ByteBuf in;

    public FieldReader(ByteBuf in) {
        this.in = in;
    }

    public int tag() {
        return in.readUnsignedByte();
    }

    public int number() {
        return in.readInt();
    }

    public long longNumber() {
        return in.readLong();
    }

    public boolean truth() {
        int value = in.readUnsignedByte();
        if (value > 1) {
            throw new MalformedMessageException("a truth value is 0 or 1, and not " + value);
        }
        return value == 1;
    }

    public String text() {
        int length = length();
        var text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return text;
    }

    public byte[] bytes() {
        var bytes = new byte[length()];
        in.readBytes(bytes);
        return bytes;
    }

    /// Of what has a byte at least for each.
    private int length() {
        int length = in.readInt();
        if (length < 0 || length > in.readableBytes()) {
            throw new MalformedMessageException(
                    "a field of " + length + " bytes is said to be in the last " + in.readableBytes());
        }
        return length;
    }

    public <E extends Enum<E>> E name(Class<E> type) {
        return Enum.valueOf(type, text());
    }

    public Duration duration() {
        return Duration.ofSeconds(longNumber(), nanos());
    }

    public Instant instant() {
        return Instant.ofEpochSecond(longNumber(), nanos());
    }

    private int nanos() {
        int nanos = number();
        if (nanos < 0 || nanos > 999_999_999) {
            throw new MalformedMessageException("a second has no " + nanos + " nanoseconds");
        }
        return nanos;
    }

    @Nullable
    public String optionalText() {
        return truth() ? text() : null;
    }

    public byte @Nullable [] optionalBytes() {
        return truth() ? bytes() : null;
    }

    public <T> @Nullable T optional(Supplier<T> reading) {
        return truth() ? reading.get() : null;
    }

    public <T> List<T> all(Supplier<T> reading) {
        int count = length();
        var values = new ArrayList<T>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            values.add(reading.get());
        }
        return values;
    }

    /// The message is to end here.
    public void end() {
        if (in.isReadable()) {
            throw new MalformedMessageException(in.readableBytes() + " bytes are left behind its last field");
        }
    }
}
