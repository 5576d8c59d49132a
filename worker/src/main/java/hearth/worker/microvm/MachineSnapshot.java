package hearth.worker.microvm;

import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/// A machine that was booted and has nothing of any function: its memory, and the state of its devices in its
/// monitor's own words. Neither can be changed, so that no machine that is made of it can harm another.
///
/// @param number tells it from all others of this process; its duplicates have the same
/// @param size of the memory, in bytes
public record MachineSnapshot(long number, MemoryFile memory, long size, MemoryFile state, long stateSize)
        implements AutoCloseable {
    private static final AtomicLong NUMBERS = new AtomicLong();

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
            return new MachineSnapshot(NUMBERS.incrementAndGet(), memory, size, state, file.size());
        }
    }

    /// The same once more, for somebody who closes it in his own time.
    public MachineSnapshot duplicate() throws LinuxException {
        var again = memory.duplicate();
        try {
            return new MachineSnapshot(number, again, size, state.duplicate(), stateSize);
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
