package hearth.worker.microvm;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.MemoryFile;
import hearth.worker.linux.OpenFiles;
import hearth.worker.linux.SparseFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A machine that was booted and has nothing of any function: its memory, and the state of its devices in its
/// monitor's own words. Neither can be changed, so that no machine that is made of it can harm another.
///
/// @param number tells it from all others of this process; its duplicates have the same
/// @param size of the memory, in bytes
/// @param tmp what the disk of `/tmp` holds, where the machine has mounted that already
public record MachineSnapshot(
        long number, MemoryFile memory, long size, MemoryFile state, long stateSize, Optional<MemoryFile> tmp)
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
            return new MachineSnapshot(NUMBERS.incrementAndGet(), memory, size, state, file.size(), Optional.empty());
        }
    }

    /// The same, of a machine that has mounted its `/tmp`.
    ///
    /// @param disk a descriptor of the disk, of which the content is copied
    public MachineSnapshot withTmp(int disk) throws IOException {
        var copy = MemoryFile.ofSize(OpenFiles.size(disk));
        try {
            // The monitor may have its own opening past the kernel's pages, and so this would be, too.
            var again = Descriptors.open(OpenFiles.path(disk));
            try {
                SparseFiles.copyData(again, copy.fd());
            } finally {
                Descriptors.close(again);
            }
            copy.seal();
            return new MachineSnapshot(number, memory, size, state, stateSize, Optional.of(copy));
        } catch (IOException | RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /// The same once more, for somebody who closes it in his own time.
    public MachineSnapshot duplicate() throws LinuxException {
        var parts = new ArrayDeque<MemoryFile>();
        try {
            parts.push(memory.duplicate());
            parts.push(state.duplicate());
            if (tmp.isPresent()) {
                parts.push(tmp.get().duplicate());
            }
        } catch (LinuxException e) {
            parts.forEach(MemoryFile::close);
            throw e;
        }
        var again = parts.removeLast();
        return new MachineSnapshot(
                number, again, size, parts.removeLast(), stateSize, Optional.ofNullable(parts.pollLast()));
    }

    /// What is made of it already goes on.
    @Override
    public void close() {
        memory.close();
        state.close();
        tmp.ifPresent(MemoryFile::close);
    }
}
