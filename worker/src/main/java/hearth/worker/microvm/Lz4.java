package hearth.worker.microvm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// LZ4 as the kernel's build writes it: the legacy frame, whose blocks are each preceded by their length
/// (lz4/doc/lz4_Frame_format.md and lz4_Block_format.md).
final class Lz4 {
    private static final int MAGIC = 0x184c2102;
    private static final int BLOCK = 8 << 20;
    private static final int LEAST_MATCH = 4;
    private static final int NIBBLE = 0xf;
    private static final int MORE = 0xff;

    private final ByteBuffer from;
    private final byte[] block = new byte[BLOCK];
    private int length;

    private Lz4(ByteBuffer from) {
        this.from = from;
    }

    /// @param frame of which all is read
    /// @throws IOException if it is no such frame, or larger than it may be
    static byte[] decompress(ByteBuffer frame, int most) throws IOException {
        var all = new ByteArrayOutputStream();
        frame.order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (frame.getInt() != MAGIC) {
                throw new IOException("no LZ4 frame");
            }
            while (frame.hasRemaining()) {
                var compressed = frame.getInt();
                if (compressed < 0 || compressed > frame.remaining()) {
                    throw new IOException("an LZ4 block of %d bytes".formatted(compressed));
                }
                var one = new Lz4(frame.slice(frame.position(), compressed));
                frame.position(frame.position() + compressed);
                one.decompress();
                all.write(one.block, 0, one.length);
                if (all.size() > most) {
                    throw new IOException("LZ4 of more than %d bytes".formatted(most));
                }
            }
            return all.toByteArray();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("an LZ4 block that makes no sense", e);
        }
    }

    /// Sequences of bytes as they are, each followed by a repetition of what was before; the last has none.
    private void decompress() throws IOException {
        while (from.hasRemaining()) {
            var token = Byte.toUnsignedInt(from.get());
            var literals = extended(token >> 4);
            from.get(block, length, literals);
            length += literals;
            if (from.hasRemaining()) {
                repeat(Byte.toUnsignedInt(from.get()) | Byte.toUnsignedInt(from.get()) << 8, extended(token & NIBBLE));
            }
        }
    }

    private void repeat(int back, int more) throws IOException {
        if (back == 0 || back > length) {
            throw new IOException("an LZ4 block that refers to what is before it");
        }
        // It may overlap itself, and then repeats.
        for (var i = 0; i < more + LEAST_MATCH; i++, length++) {
            block[length] = block[length - back];
        }
    }

    private int extended(int number) {
        var sum = number;
        if (number == NIBBLE) {
            int more;
            do {
                more = Byte.toUnsignedInt(from.get());
                sum += more;
            } while (more == MORE);
        }
        return sum;
    }
}
