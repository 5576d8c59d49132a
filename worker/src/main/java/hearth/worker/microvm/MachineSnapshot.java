package hearth.worker.microvm;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/// A machine that was booted and has nothing of any function: its memory, and the state of its devices in its
/// monitor's own words. Neither can be changed, so that no machine that is made of it can harm another.
///
/// @param size of the memory, in bytes
public record MachineSnapshot(MemoryFile memory, long size, MemoryFile state, long stateSize) implements AutoCloseable {
    /// @param memory of a machine that stands still; stays the caller's, and is copied
    public static MachineSnapshot of(MemoryFile memory, long size, MemoryFile state) throws IOException {
        var copy = memory.copy(size);
        try {
            return sealed(copy, size, state);
        } catch (IOException | RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /// Both become the snapshot's.
    static MachineSnapshot sealed(MemoryFile memory, long size, MemoryFile state) throws IOException {
        memory.seal();
        state.seal();
        try (var file = FileChannel.open(state.path(), StandardOpenOption.READ)) {
            return new MachineSnapshot(memory, size, state, file.size());
        }
    }

    /// A file of the state, still to be written.
    static MemoryFile stateOf(byte[] content) throws IOException {
        var state = MemoryFile.ofSize(0);
        try (var file = FileChannel.open(state.path(), StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return state;
        } catch (IOException | RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }

    /// An empty file for a monitor to write a state to.
    public static MemoryFile emptyState() throws LinuxException {
        return MemoryFile.ofSize(0);
    }

    /// The same once more, for somebody who closes it in his own time.
    public MachineSnapshot duplicate() throws LinuxException {
        var again = memory.duplicate();
        try {
            return new MachineSnapshot(again, size, state.duplicate(), stateSize);
        } catch (LinuxException e) {
            again.close();
            throw e;
        }
    }

    /// What is made of it already goes on.
    @Override
    public void close() {
        memory.close();
        state.close();
    }
}
