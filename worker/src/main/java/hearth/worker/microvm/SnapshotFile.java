package hearth.worker.microvm;

import hearth.worker.linux.MemoryFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/// The form in which a snapshot is kept on disk: what it is a snapshot of, the state of the devices, the pieces of
/// memory that are not all zeroes, each behind its number, -1 for their end, and a sum over all of it (CRC-32C).
final class SnapshotFile {
    private static final long MAGIC = 0x4845415254485631L;
    private static final int PIECE = 64 << 10;
    private static final int LARGEST_STATE = 64 << 20;
    private static final long LARGEST_MEMORY = 64L << 30;
    private static final byte[] ZEROES = new byte[PIECE];

    private SnapshotFile() {}

    /// @param print what the snapshot is of, see `SnapshotStore`
    static void write(Path file, String print, MachineSnapshot snapshot) throws IOException {
        var sum = new CRC32C();
        try (var out = Files.newOutputStream(file);
                var data = new DataOutputStream(new CheckedOutputStream(buffered(out), sum))) {
            data.writeLong(MAGIC);
            data.writeUTF(print);
            data.writeLong(snapshot.size());
            var state = Files.readAllBytes(snapshot.state().path());
            data.writeInt(state.length);
            data.write(state);
            writeMemory(snapshot, data);
            data.writeLong(sum.getValue());
        }
    }

    private static OutputStream buffered(OutputStream out) {
        return new BufferedOutputStream(out, 4 * PIECE);
    }

    private static void writeMemory(MachineSnapshot snapshot, DataOutputStream data) throws IOException {
        var piece = new byte[PIECE];
        try (var memory = Files.newInputStream(snapshot.memory().path())) {
            for (var at = 0L; at < snapshot.size(); at += PIECE) {
                var length = memory.readNBytes(piece, 0, PIECE);
                if (!Arrays.equals(piece, 0, length, ZEROES, 0, length)) {
                    data.writeLong(at / PIECE);
                    data.write(piece, 0, length);
                }
            }
        }
        data.writeLong(-1);
    }

    /// @throws IOException if it is of something else, or damaged, in words for the log
    static MachineSnapshot read(Path file, String print) throws IOException {
        var sum = new CRC32C();
        try (var in = Files.newInputStream(file);
                var data = new DataInputStream(new CheckedInputStream(buffered(in), sum))) {
            if (data.readLong() != MAGIC || !data.readUTF().equals(print)) {
                throw new IOException("it is of something else");
            }
            var size = within(data.readLong(), LARGEST_MEMORY);
            var state = MemoryFile.of(exactly(data, (int) within(data.readInt(), LARGEST_STATE)));
            try {
                return read(data, sum, size, state);
            } catch (IOException | RuntimeException | Error e) {
                state.close();
                throw e;
            }
        } catch (EOFException e) {
            throw new IOException("its end is missing", e);
        }
    }

    private static InputStream buffered(InputStream in) {
        return new BufferedInputStream(in, 4 * PIECE);
    }

    private static MachineSnapshot read(DataInputStream data, CRC32C sum, long size, MemoryFile state)
            throws IOException {
        var memory = MemoryFile.ofSize(size);
        try {
            readMemory(data, memory, size);
            var found = sum.getValue();
            if (data.readLong() != found) {
                throw new IOException("its sum is wrong");
            }
            return MachineSnapshot.sealed(memory, size, state);
        } catch (IOException | RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private static void readMemory(DataInputStream data, MemoryFile memory, long size) throws IOException {
        try (var file = FileChannel.open(memory.path(), StandardOpenOption.WRITE)) {
            for (var number = data.readLong(); number != -1; number = data.readLong()) {
                var at = within(number, size / PIECE) * PIECE;
                var piece = ByteBuffer.wrap(exactly(data, (int) Math.min(PIECE, size - at)));
                while (piece.hasRemaining()) {
                    file.write(piece, at + piece.position());
                }
            }
        }
    }

    private static long within(long number, long most) throws IOException {
        if (number < 0 || number > most) {
            throw new IOException("it has a number that makes no sense: " + number);
        }
        return number;
    }

    private static byte[] exactly(DataInputStream data, int length) throws IOException {
        var bytes = data.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }
}
