package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// The most memory that a process was seen to hold (its RSS), with the pages of programs and libraries that it shares
/// with other processes of the host: no cgroup counts these twice, and a function that looks at itself sees them.
final class ResidentPeak implements AutoCloseable {
    private static final byte[] LABEL = "VmHWM:".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_STATUS = 4096;

    private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST_STATUS); // guarded by this
    private @Nullable Callable<Path> where; // guarded by this
    private @Nullable FileChannel status; // guarded by this
    private long highest; // bytes, guarded by this

    /// @param pid the program's, or that of what started it
    /// @param generations how many processes come between: 0 for the process itself, 1 for its child
    synchronized void watch(int pid, int generations) {
        close();
        where = () -> {
            int at = pid;
            for (int i = 0; i < generations; i++) {
                at = firstChild(at);
            }
            return Path.of("/proc/%d/status".formatted(at));
        };
    }

    private static int firstChild(int parent) throws IOException {
        var children = Files.readString(Path.of("/proc/%1$d/task/%1$d/children".formatted(parent)));
        return Integer.parseInt(children.strip().split(" ", 2)[0]);
    }

    /// The highest of all that were watched.
    synchronized Bytes read() {
        try {
            if (status == null && where != null) {
                // The file stays the process's own, whoever gets its number later.
                status = FileChannel.open(where.call(), StandardOpenOption.READ);
            }
            if (status != null && status.read(buffer.clear(), 0) > 0) {
                highest = Math.max(highest, value(buffer.array(), buffer.position()) << 10);
            }
        } catch (Exception _) {
            // It is not there yet, or not any more, or this kernel does not tell: what it last was stays.
        }
        return new Bytes(highest);
    }

    /// @return in KiB; 0 if there is none
    private static long value(byte[] text, int length) {
        for (int i = 0; i + LABEL.length < length; i++) {
            if (startsAt(text, i)) {
                long value = 0;
                for (int at = i + LABEL.length; at < length && text[at] != '\n'; at++) {
                    value = text[at] >= '0' && text[at] <= '9' ? value * 10 + text[at] - '0' : value;
                }
                return value;
            }
        }
        return 0;
    }

    private static boolean startsAt(byte[] text, int at) {
        for (int i = 0; i < LABEL.length; i++) {
            if (text[at + i] != LABEL[i]) {
                return false;
            }
        }
        return true;
    }

    /// Watches nothing any more. Safe to repeat.
    @Override
    public synchronized void close() {
        where = null;
        if (status != null) {
            try {
                status.close();
            } catch (IOException _) {
                // It was only read.
            }
            status = null;
        }
    }
}
