package hearth.link.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the fields of a message one after the other. Arrays that are not small are not copied: a payload is in
/// memory once, however many times it is sent.
public final class FieldWriter {
    /// Below this, a copy costs less than one more buffer.
    private static final int COPIED = 4 << 10;

    private static final int USUAL = 256;

    private final List<ByteBuf> parts = new ArrayList<>(2);
    private ByteBuf current = Unpooled.buffer(USUAL);

    public FieldWriter tag(int value) {
        current.writeByte(value);
        return this;
    }

    public FieldWriter number(int value) {
        current.writeInt(value);
        return this;
    }

    public FieldWriter number(long value) {
        current.writeLong(value);
        return this;
    }

    public FieldWriter truth(boolean value) {
        current.writeBoolean(value);
        return this;
    }

    public FieldWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public FieldWriter bytes(byte[] value) {
        current.writeInt(value.length);
        if (value.length < COPIED) {
            current.writeBytes(value);
        } else {
            parts.add(current);
            parts.add(Unpooled.wrappedBuffer(value));
            current = Unpooled.buffer(USUAL);
        }
        return this;
    }

    /// By its name: an ordinal would mean another thing once a value is added before it.
    public FieldWriter name(Enum<?> value) {
        return text(value.name());
    }

    public FieldWriter duration(Duration value) {
        return number(value.getSeconds()).number(value.getNano());
    }

    public FieldWriter instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    public FieldWriter optionalText(@Nullable String value) {
        return optional(value, this::text);
    }

    public FieldWriter optionalBytes(byte @Nullable [] value) {
        truth(value != null);
        return value == null ? this : bytes(value);
    }

    public <T> FieldWriter optional(@Nullable T value, Consumer<T> writing) {
        truth(value != null);
        if (value != null) {
            writing.accept(value);
        }
        return this;
    }

    public <T> FieldWriter all(Collection<T> values, Consumer<T> writing) {
        number(values.size());
        values.forEach(writing);
        return this;
    }

    /// All that was written. Nothing may be written after.
    public ByteBuf whole() {
        if (parts.isEmpty()) {
            return current;
        }
        parts.add(current);
        return Unpooled.wrappedBuffer(parts.size(), parts.toArray(ByteBuf[]::new));
    }
}
