package hearth.model.code;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The unpacked bytes of one entry, checked as they are read: not one more than the entry said, and at the end
/// neither too few nor the wrong ones.
final class EntryContent extends InputStream {
    private static final int CHUNK = 64 << 10;

    private final ZipBytes zip;
    private final ZipEntry entry;
    private final Inflater inflater;
    private final CRC32 crc = new CRC32();
    private long compressedOffset;
    private long compressedLeft;
    private long left;
    private boolean ended;

    /// @param inflater lent for as long as this is read; used only by deflated entries
    EntryContent(ZipBytes zip, ZipEntry entry, long dataOffset, Inflater inflater) {
        this.zip = zip;
        this.entry = entry;
        this.inflater = inflater;
        this.compressedOffset = dataOffset;
        this.compressedLeft = entry.compressedSize();
        this.left = entry.size();
        // Some writers call an empty file deflated and give it no data at all.
        this.ended = entry.size() == 0 && entry.compressedSize() == 0;
        inflater.reset();
        if (entry.method() == ZipEntry.STORED && entry.compressedSize() != entry.size()) {
            throw Refusal.badZip(entry.name() + " is stored in another size than its own");
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = ended
                ? -1
                : entry.method() == ZipEntry.STORED ? copy(into, offset, length) : inflate(into, offset, length);
        if (count > 0) {
            left -= count;
            if (left < 0) {
                throw Refusal.badZip(entry.name() + " is larger than it says");
            }
            crc.update(into, offset, count);
        } else if (!ended) {
            ended = true;
            checkEnd();
        }
        return count;
    }

    private int copy(byte[] into, int offset, int length) throws IOException {
        int count = (int) Math.min(Math.min(length, CHUNK), compressedLeft);
        if (count == 0) {
            return -1;
        }
        zip.read(compressedOffset, count).get(into, offset, count);
        compressedOffset += count;
        compressedLeft -= count;
        return count;
    }

    private int inflate(byte[] into, int offset, int length) throws IOException {
        try {
            while (true) {
                int count = inflater.inflate(into, offset, length);
                if (count > 0) {
                    return count;
                }
                if (inflater.finished()) {
                    return -1;
                }
                if (inflater.needsDictionary() || compressedLeft == 0) {
                    throw Refusal.badZip(entry.name() + " has no end");
                }
                int chunk = (int) Math.min(CHUNK, compressedLeft);
                inflater.setInput(zip.read(compressedOffset, chunk));
                compressedOffset += chunk;
                compressedLeft -= chunk;
            }
        } catch (DataFormatException e) {
            throw Refusal.badZip(entry.name() + " is damaged: " + e.getMessage());
        }
    }

    private void checkEnd() {
        if (left != 0) {
            throw Refusal.badZip(entry.name() + " is smaller than it says");
        }
        if (compressedLeft != 0 || (entry.method() == ZipEntry.DEFLATED && inflater.getRemaining() != 0)) {
            throw Refusal.badZip(entry.name() + " has bytes after its end");
        }
        if (crc.getValue() != entry.crc()) {
            throw Refusal.badZip(entry.name() + " has another checksum than its content");
        }
    }
}
