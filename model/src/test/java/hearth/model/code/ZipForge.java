package hearth.model.code;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Writes zips, with any lie in any field.
final class ZipForge {
    private static final int FILE_0644 = 0100644;
    private static final int FILE_0755 = 0100755;
    private static final int DIRECTORY_0755 = 0040755;
    private static final int LINK_0777 = 0120777;

    private final List<Part> parts = new ArrayList<>();
    private byte[] prefix = {};
    private byte[] comment = {};
    private boolean zip64;
    private boolean countsPrefix;
    private int countLie;

    /// One entry; what is not set follows from the content.
    static final class Part {
        final byte[] name;
        final byte[] content;
        int mode = FILE_0644;
        int madeBy = 3;
        int attributes;
        int flags = 1 << 11;
        int method = 8;
        int dosTime = 0x6000;
        int dosDate = 0x5a21;
        byte[] extra = {};

        @Nullable
        Long crc;

        @Nullable
        Long size;

        @Nullable
        Long compressedSize;

        @Nullable
        Long headerOffset;

        byte @Nullable [] data;
        byte @Nullable [] localName;

        Part(byte[] name, byte[] content) {
            this.name = name;
            this.content = content;
        }

        private byte[] compressed() {
            if (data != null) {
                return data;
            }
            return method == 8 ? deflate(content) : content;
        }
    }

    static byte[] deflate(byte[] content) {
        var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(content);
        deflater.finish();
        var out = new ByteArrayOutputStream();
        var buffer = new byte[64 << 10];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    ZipForge file(String name, String content) {
        return part(name, content, _ -> {});
    }

    ZipForge executable(String name, String content) {
        return part(name, content, part -> part.mode = FILE_0755);
    }

    ZipForge directory(String name) {
        return part(name, "", part -> {
            part.mode = DIRECTORY_0755;
            part.method = 0;
        });
    }

    ZipForge link(String name, String target) {
        return part(name, target, part -> part.mode = LINK_0777);
    }

    ZipForge part(String name, String content, Consumer<Part> change) {
        return part(bytes(name), bytes(content), change);
    }

    ZipForge part(byte[] name, byte[] content, Consumer<Part> change) {
        var part = new Part(name, content);
        change.accept(part);
        parts.add(part);
        return this;
    }

    /// Bytes before the zip, which its offsets do not count.
    ZipForge after(String text) {
        prefix = bytes(text);
        return this;
    }

    /// Bytes before the zip, which its offsets count, as after `zip -A`.
    ZipForge afterCounted(String text) {
        countsPrefix = true;
        return after(text);
    }

    ZipForge comment(String text) {
        comment = bytes(text);
        return this;
    }

    ZipForge zip64() {
        zip64 = true;
        return this;
    }

    ZipForge claimingMoreEntries(int more) {
        countLie = more;
        return this;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    byte[] build() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(prefix);
        long base = countsPrefix ? 0 : prefix.length;
        var directory = new ByteArrayOutputStream();
        for (var part : parts) {
            write(part, out.size() - base, out, directory);
        }
        long directoryOffset = out.size() - base;
        out.writeBytes(directory.toByteArray());
        int count = parts.size() + countLie;
        if (zip64) {
            out.writeBytes(buffer(56)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 45)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0)
                    .putLong(count)
                    .putLong(count)
                    .putLong(directory.size())
                    .putLong(directoryOffset)
                    .array());
            out.writeBytes(buffer(20)
                    .putInt(0x07064b50)
                    .putInt(0)
                    .putLong(directoryOffset + directory.size())
                    .putInt(1)
                    .array());
        }
        out.writeBytes(buffer(22)
                .putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) (zip64 ? 0xffff : count))
                .putShort((short) (zip64 ? 0xffff : count))
                .putInt(zip64 ? -1 : directory.size())
                .putInt(zip64 ? -1 : (int) directoryOffset)
                .putShort((short) comment.length)
                .array());
        out.writeBytes(comment);
        return out.toByteArray();
    }

    private void write(Part part, long offset, ByteArrayOutputStream out, ByteArrayOutputStream directory) {
        var data = part.compressed();
        var crc = new CRC32();
        crc.update(part.content);
        long checksum = part.crc == null ? crc.getValue() : part.crc;
        long size = part.size == null ? part.content.length : part.size;
        long compressedSize = part.compressedSize == null ? data.length : part.compressedSize;
        long headerOffset = part.headerOffset == null ? offset : part.headerOffset;
        var localName = part.localName == null ? part.name : part.localName;
        out.writeBytes(buffer(30)
                .putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) part.flags)
                .putShort((short) part.method)
                .putShort((short) part.dosTime)
                .putShort((short) part.dosDate)
                .putInt((int) checksum)
                .putInt((int) compressedSize)
                .putInt((int) size)
                .putShort((short) localName.length)
                .putShort((short) 0)
                .array());
        out.writeBytes(localName);
        out.writeBytes(data);

        var extra = part.extra;
        if (zip64) {
            extra = buffer(extra.length + 28)
                    .put(extra)
                    .putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(size)
                    .putLong(compressedSize)
                    .putLong(headerOffset)
                    .array();
        }
        directory.writeBytes(buffer(46)
                .putInt(0x02014b50)
                .put((byte) 20)
                .put((byte) part.madeBy)
                .putShort((short) 20)
                .putShort((short) part.flags)
                .putShort((short) part.method)
                .putShort((short) part.dosTime)
                .putShort((short) part.dosDate)
                .putInt((int) checksum)
                .putInt(zip64 ? -1 : (int) compressedSize)
                .putInt(zip64 ? -1 : (int) size)
                .putShort((short) part.name.length)
                .putShort((short) extra.length)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(part.mode << 16 | part.attributes)
                .putInt(zip64 ? -1 : (int) headerOffset)
                .array());
        directory.writeBytes(part.name);
        directory.writeBytes(extra);
    }

    static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
