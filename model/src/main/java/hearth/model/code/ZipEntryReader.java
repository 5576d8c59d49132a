package hearth.model.code;

import hearth.model.code.ZipEntry.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Reads one entry of the central directory, and refuses what no unpacker could make sense of.
final class ZipEntryReader {
    private static final int SIGNATURE = 0x02014b50;
    private static final int LENGTH = 46;

    private static final int FLAG_ENCRYPTED = 1;
    private static final int FLAG_STRONGLY_ENCRYPTED = 1 << 6;
    private static final int FLAG_UTF8 = 1 << 11;
    private static final int FLAG_MASKED = 1 << 13;

    private static final int EXTRA_ZIP64 = 0x0001;
    private static final int EXTRA_TIMES = 0x5455;
    private static final int EXTRA_UNICODE_PATH = 0x7075;

    private static final int UNIX = 3;
    private static final int DARWIN = 19;
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_PIPE = 0010000;
    private static final int TYPE_CHARACTERS = 0020000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_BLOCKS = 0060000;
    private static final int TYPE_LINK = 0120000;
    private static final int TYPE_SOCKET = 0140000;
    private static final int ANY_EXECUTE = 0111;
    private static final int DOS_DIRECTORY = 0x10;

    /// The encoding of names in zips before UTF-8.
    private static final Charset CP437 = Charset.forName("IBM437");

    private ZipEntryReader() {}

    static ZipEntry read(ByteBuffer directory, PackageLimits limits) {
        if (directory.remaining() < LENGTH || directory.getInt(directory.position()) != SIGNATURE) {
            throw Refusal.badZip("its central directory is damaged");
        }
        var fixed = take(directory, LENGTH);
        int madeBy = fixed.get(5);
        int flags = fixed.getShort(8);
        var nameBytes = bytes(directory, Short.toUnsignedInt(fixed.getShort(28)));
        int extraLength = Short.toUnsignedInt(fixed.getShort(30));
        int commentLength = Short.toUnsignedInt(fixed.getShort(32));
        if (directory.remaining() < extraLength + commentLength) {
            throw Refusal.badZip("its central directory is cut off");
        }
        var extra = take(directory, extraLength);
        directory.position(directory.position() + commentLength);

        if (nameBytes.length > limits.pathBytes()) {
            throw Refusal.badZip("a name has more than " + limits.pathBytes() + " bytes");
        }
        String name = name(nameBytes, flags, extra);
        if ((flags & (FLAG_ENCRYPTED | FLAG_STRONGLY_ENCRYPTED | FLAG_MASKED)) != 0) {
            throw Refusal.badZip(name + " is encrypted");
        }
        int method = Short.toUnsignedInt(fixed.getShort(10));
        if (method != ZipEntry.STORED && method != ZipEntry.DEFLATED) {
            throw Refusal.badZip(name + " is compressed by method " + method);
        }
        var sizes = sizes(fixed, extra);
        int attributes = fixed.getInt(38);
        int mode = madeBy == UNIX || madeBy == DARWIN ? attributes >>> 16 : 0;
        return new ZipEntry(
                name,
                nameBytes.length,
                mode == 0 && sizes.uncompressed == 0 && (attributes & DOS_DIRECTORY) != 0
                        ? Kind.DIRECTORY
                        : kind(name, mode),
                (mode & ANY_EXECUTE) != 0,
                modified(fixed, extra),
                method,
                Integer.toUnsignedLong(fixed.getInt(16)),
                sizes.compressed,
                sizes.uncompressed,
                sizes.headerOffset);
    }

    /// What ends in a slash is a directory, whatever its mode says. Modes that Unix does not know are of writers who
    /// had none at hand; Maven's has left 0177777 there.
    private static Kind kind(String name, int mode) {
        if (name.endsWith("/")) {
            return Kind.DIRECTORY;
        }
        return switch (mode & TYPE_MASK) {
            case TYPE_LINK -> Kind.SYMBOLIC_LINK;
            case TYPE_DIRECTORY -> Kind.DIRECTORY;
            case TYPE_PIPE, TYPE_CHARACTERS, TYPE_BLOCKS, TYPE_SOCKET ->
                throw Refusal.badZip(name + " is a device, a pipe or a socket");
            default -> Kind.FILE;
        };
    }

    /// UTF-8 where the zip says so or the bytes are just that: many writers do not set the flag.
    private static String name(byte[] bytes, int flags, ByteBuffer extra) {
        var unicodePath = extraField(extra, EXTRA_UNICODE_PATH);
        if (unicodePath != null && unicodePath.remaining() > 5 && unicodePath.get(0) == 1) {
            var crc = new CRC32();
            crc.update(bytes);
            if (unicodePath.getInt(1) == (int) crc.getValue()) {
                return utf8(bytes(unicodePath.position(5), unicodePath.remaining()), true);
            }
        }
        return utf8(bytes, (flags & FLAG_UTF8) != 0);
    }

    private static String utf8(byte[] bytes, boolean strict) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            if (strict) {
                throw Refusal.badZip("a name is not UTF-8 and says it is");
            }
            return new String(bytes, CP437);
        }
    }

    private record Sizes(long compressed, long uncompressed, long headerOffset) {}

    private static Sizes sizes(ByteBuffer fixed, ByteBuffer extra) {
        long compressed = Integer.toUnsignedLong(fixed.getInt(20));
        long uncompressed = Integer.toUnsignedLong(fixed.getInt(24));
        long headerOffset = Integer.toUnsignedLong(fixed.getInt(42));
        var zip64 = extraField(extra, EXTRA_ZIP64);
        if (zip64 != null) {
            uncompressed = wide(uncompressed, zip64);
            compressed = wide(compressed, zip64);
            headerOffset = wide(headerOffset, zip64);
        }
        if (compressed < 0 || uncompressed < 0 || headerOffset < 0) {
            throw Refusal.badZip("an entry has a negative size");
        }
        return new Sizes(compressed, uncompressed, headerOffset);
    }

    /// The next value of the ZIP64 field, if the narrow one says that it is there.
    private static long wide(long narrow, ByteBuffer zip64) {
        if (narrow != 0xffffffffL) {
            return narrow;
        }
        if (zip64.remaining() < Long.BYTES) {
            throw Refusal.badZip("a ZIP64 field is cut off");
        }
        return zip64.getLong();
    }

    private static Instant modified(ByteBuffer fixed, ByteBuffer extra) {
        var times = extraField(extra, EXTRA_TIMES);
        if (times != null && times.remaining() >= 5 && (times.get(0) & 1) != 0) {
            return Instant.ofEpochSecond(times.getInt(1));
        }
        int time = Short.toUnsignedInt(fixed.getShort(12));
        int date = Short.toUnsignedInt(fixed.getShort(14));
        try {
            return LocalDateTime.of(
                            1980 + (date >> 9),
                            (date >> 5) & 0xf,
                            date & 0x1f,
                            time >> 11,
                            (time >> 5) & 0x3f,
                            (time & 0x1f) * 2)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException _) {
            // Writers that want reproducible zips leave it zero.
            return DOS_EPOCH;
        }
    }

    private static final Instant DOS_EPOCH = Instant.parse("1980-01-01T00:00:00Z");

    private static @Nullable ByteBuffer extraField(ByteBuffer extra, int id) {
        for (int at = 0; at + 4 <= extra.limit(); ) {
            int length = Short.toUnsignedInt(extra.getShort(at + 2));
            if (at + 4 + length > extra.limit()) {
                return null;
            }
            if (Short.toUnsignedInt(extra.getShort(at)) == id) {
                return extra.slice(at + 4, length).order(ByteOrder.LITTLE_ENDIAN);
            }
            at += 4 + length;
        }
        return null;
    }

    private static ByteBuffer take(ByteBuffer from, int length) {
        var taken = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return taken;
    }

    private static byte[] bytes(ByteBuffer from, int length) {
        if (from.remaining() < length) {
            throw Refusal.badZip("its central directory is cut off");
        }
        var bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
