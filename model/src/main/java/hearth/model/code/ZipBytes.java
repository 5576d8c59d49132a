package hearth.model.code;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// The bytes of a zip, in memory or in a file.
interface ZipBytes {
    long size();

    /// Some bytes, little-endian as everything in a zip. The range lies within the size.
    ByteBuffer read(long offset, int length) throws IOException;

    static ZipBytes of(byte[] zip) {
        return new ZipBytes() {
            @Override
            public long size() {
                return zip.length;
            }

            @Override
            public ByteBuffer read(long offset, int length) {
                return ByteBuffer.wrap(zip, Math.toIntExact(offset), length)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
        };
    }

    static ZipBytes of(FileChannel zip) throws IOException {
        long size = zip.size();
        return new ZipBytes() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public ByteBuffer read(long offset, int length) throws IOException {
                var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
                while (bytes.hasRemaining()) {
                    if (zip.read(bytes, offset + bytes.position()) < 0) {
                        throw new EOFException("The zip became shorter while it was read");
                    }
                }
                return bytes.flip();
            }
        };
    }
}
