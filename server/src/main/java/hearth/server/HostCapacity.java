package hearth.server;

import hearth.model.Bytes;
import hearth.model.worker.WorkerCapacity;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The room that this host can give to functions: three quarters of its memory, and all its cores.
public final class HostCapacity {
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");

    /// Each environment takes processes and mounts of the host, besides its memory.
    public static final int SLOTS = 4_000;

    /// What this process has open for one environment: 14 were counted, with two of them for who calls it.
    private static final int DESCRIPTORS_OF_ONE = 16;

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final Pattern DESCRIPTORS = Pattern.compile("Max open files +(\\d+)");

    private HostCapacity() {}

    /// The number of descriptors that this process may have open. The JVM has raised it as far as it may.
    public static int descriptors() throws StartException {
        try {
            var limit = DESCRIPTORS.matcher(Files.readString(LIMITS));
            return limit.find() ? (int) Math.min(Integer.MAX_VALUE, Long.parseLong(limit.group(1))) : Integer.MAX_VALUE;
        } catch (IOException e) {
            throw new StartException("Cannot read " + LIMITS + ": " + e.getMessage(), e);
        }
    }

    /// What the bytes of callers and functions may take: half of the heap, or of the memory outside of it where
    /// that is less, since most are in the one for a while and then in the other.
    static Bytes memoryForBodies() {
        return new Bytes(Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory()) / 2);
    }

    /// How many environments there may be. Half of the descriptors are left to callers and to everything else.
    public static int slots(int descriptors) {
        return Math.clamp(descriptors / 2 / DESCRIPTORS_OF_ONE, 1, SLOTS);
    }

    static WorkerCapacity measure() throws StartException {
        try {
            var total = TOTAL.matcher(Files.readString(MEMORY));
            if (!total.find()) {
                throw new StartException("There is no MemTotal in " + MEMORY);
            }
            long bytes = Long.parseLong(total.group(1)) << 10;
            return new WorkerCapacity(
                    new Bytes(bytes / 4 * 3), Runtime.getRuntime().availableProcessors() * 1000, slots(descriptors()));
        } catch (IOException e) {
            throw new StartException("Cannot read " + MEMORY + ": " + e.getMessage(), e);
        }
    }
}
