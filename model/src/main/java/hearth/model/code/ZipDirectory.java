package hearth.model.code;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/// The central directory of a zip: the only part that says what is in it. Data may come before the first entry, as in
/// self-extracting archives.
///
/// We read it ourselves, for the platform's and other readers tell no unix modes, or build an object for each of a
/// million forged entries before anyone can count them, or accept entries that share their data.
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int END64 = 0x06064b50;
    private static final int END64_LENGTH = 56;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int LOCATOR64_LENGTH = 20;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int LONGEST_COMMENT = 0xffff;

    private final ZipBytes zip;

    /// The number of bytes before the zip proper; offsets do not count them.
    private final long start;

    private final long directoryOffset;
    private final List<ZipEntry> entries;

    private ZipDirectory(ZipBytes zip, long start, long directoryOffset, List<ZipEntry> entries) {
        this.zip = zip;
        this.start = start;
        this.directoryOffset = directoryOffset;
        this.entries = entries;
    }

    static ZipDirectory read(ZipBytes zip, PackageLimits limits) throws IOException {
        var end = End.find(zip);
        if (end.disks != 0) {
            throw Refusal.badZip("parts of it are on other disks");
        }
        long start = end.endOfDirectory - end.directorySize - end.directoryOffset;
        if (end.directorySize < 0 || end.directoryOffset < 0 || start < 0 || start > end.endOfDirectory) {
            throw Refusal.badZip("its central directory lies outside of it");
        }
        if (end.directorySize > Integer.MAX_VALUE) {
            throw Refusal.badZip("its central directory is huge");
        }
        var bytes = zip.read(start + end.directoryOffset, (int) end.directorySize);
        var entries = new ArrayList<ZipEntry>();
        while (bytes.hasRemaining()) {
            if (entries.size() == limits.entries()) {
                throw Refusal.badZip("it has more than " + limits.entries() + " entries");
            }
            entries.add(ZipEntryReader.read(bytes, limits));
        }
        // Writers without ZIP64 let the count wrap around.
        if ((entries.size() & 0xffff) != (end.count & 0xffff)) {
            throw Refusal.badZip("it has " + entries.size() + " entries and says " + end.count);
        }
        return new ZipDirectory(zip, start, start + end.directoryOffset, Collections.unmodifiableList(entries));
    }

    List<ZipEntry> entries() {
        return entries;
    }

    /// Where each entry's data begins, in the order of `entries`. Refuses entries that share bytes, with one another
    /// or with the central directory: such a zip unpacks to more than its size can justify.
    long[] dataOffsets() throws IOException {
        var offsets = new long[entries.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = dataOffset(entries.get(i));
        }
        var order = new ArrayList<Integer>(offsets.length);
        for (int i = 0; i < offsets.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingLong(i -> entries.get(i).headerOffset()));
        long free = 0;
        for (int i : order) {
            var entry = entries.get(i);
            if (start + entry.headerOffset() < free) {
                throw Refusal.badZip("entries overlap at " + entry.name());
            }
            free = offsets[i] + entry.compressedSize();
            if (free > directoryOffset) {
                throw Refusal.badZip("the data of " + entry.name() + " runs into the central directory");
            }
        }
        return offsets;
    }

    private long dataOffset(ZipEntry entry) throws IOException {
        long at = start + entry.headerOffset();
        if (entry.headerOffset() < 0 || at > directoryOffset - LOCAL_LENGTH) {
            throw Refusal.badZip("the header of " + entry.name() + " lies outside");
        }
        var header = zip.read(at, LOCAL_LENGTH);
        int nameLength = Short.toUnsignedInt(header.getShort(26));
        int extraLength = Short.toUnsignedInt(header.getShort(28));
        if (header.getInt(0) != LOCAL
                || Short.toUnsignedInt(header.getShort(8)) != entry.method()
                || nameLength != entry.rawNameLength()) {
            throw Refusal.badZip("the header of " + entry.name() + " differs from the central directory");
        }
        return at + LOCAL_LENGTH + nameLength + extraLength;
    }

    /// The record at a zip's end that says where the central directory is.
    private record End(long disks, long count, long directorySize, long directoryOffset, long endOfDirectory) {
        static End find(ZipBytes zip) throws IOException {
            int tailLength = (int) Math.min(zip.size(), END_LENGTH + LONGEST_COMMENT);
            long tailOffset = zip.size() - tailLength;
            var tail = zip.read(tailOffset, tailLength);
            int followed = -1;
            for (int at = tailLength - END_LENGTH; at >= 0; at--) {
                if (tail.getInt(at) == END) {
                    int rest = tailLength - at - END_LENGTH - Short.toUnsignedInt(tail.getShort(at + 20));
                    if (rest == 0) {
                        return of(zip, tail, tailOffset, at);
                    }
                    followed = rest > 0 && followed < 0 ? at : followed;
                }
            }
            // As most readers do, we forgive bytes after the end.
            if (followed >= 0) {
                return of(zip, tail, tailOffset, followed);
            }
            throw Refusal.badZip("it is no zip, or only the beginning of one");
        }

        private static End of(ZipBytes zip, ByteBuffer tail, long tailOffset, int at) throws IOException {
            long offset = tailOffset + at;
            int disk = Short.toUnsignedInt(tail.getShort(at + 4));
            int directoryDisk = Short.toUnsignedInt(tail.getShort(at + 6));
            int count = Short.toUnsignedInt(tail.getShort(at + 10));
            long size = Integer.toUnsignedLong(tail.getInt(at + 12));
            long directoryOffset = Integer.toUnsignedLong(tail.getInt(at + 16));
            boolean overflows = count == 0xffff || size == 0xffffffffL || directoryOffset == 0xffffffffL;
            if (overflows && offset >= LOCATOR64_LENGTH + END64_LENGTH) {
                var locator = zip.read(offset - LOCATOR64_LENGTH, LOCATOR64_LENGTH);
                if (locator.getInt(0) == LOCATOR64) {
                    return of64(zip, offset - LOCATOR64_LENGTH);
                }
            }
            return new End(disk | directoryDisk, count, size, directoryOffset, offset);
        }

        /// The ZIP64 record ends where its locator begins, unless it carries more data than anyone writes: what the
        /// locator says of its place does not count data before the zip.
        private static End of64(ZipBytes zip, long locatorOffset) throws IOException {
            var end = zip.read(locatorOffset - END64_LENGTH, END64_LENGTH);
            if (end.getInt(0) != END64 || end.getLong(4) != END64_LENGTH - 12) {
                throw Refusal.badZip("its ZIP64 end record is not where it should be");
            }
            int disks = end.getInt(16) | end.getInt(20);
            return new End(disks, end.getLong(32), end.getLong(40), end.getLong(48), locatorOffset - END64_LENGTH);
        }
    }
}
