package hearth.model.code;

import java.time.Instant;

/// One entry of a zip's central directory.
///
/// @param name as in the zip, decoded
/// @param rawNameLength its length in bytes
/// @param kind what it unpacks to
/// @param method 0 for stored, 8 for deflated
/// @param headerOffset where its local header begins
record ZipEntry(
        String name,
        int rawNameLength,
        Kind kind,
        boolean executable,
        Instant modified,
        int method,
        long crc,
        long compressedSize,
        long size,
        long headerOffset) {
    static final int STORED = 0;
    static final int DEFLATED = 8;

    enum Kind {
        FILE,
        DIRECTORY,
        SYMBOLIC_LINK
    }
}
