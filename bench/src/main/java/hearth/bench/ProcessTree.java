package hearth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A process and all its descendants: their CPU time and memory, read from `/proc`.
final class ProcessTree {
    /// `/proc/PID/stat` counts in ticks of 10 ms on every Linux that we know.
    private static final long NANOS_PER_TICK = 10_000_000;

    private final long root;

    ProcessTree(long root) {
        this.root = root;
    }

    /// CPU time of each process that lives now, in nanoseconds, with that of its children that ended.
    Map<Long, Long> cpu() {
        var cpu = new HashMap<Long, Long>();
        ProcessHandle.of(root).ifPresent(process -> {
            stat(process.pid()).ifPresent(nanos -> cpu.put(process.pid(), nanos));
            process.descendants().forEach(d -> stat(d.pid()).ifPresent(nanos -> cpu.put(d.pid(), nanos)));
        });
        return cpu;
    }

    /// CPU time that was used between two calls of `cpu()`.
    static long difference(Map<Long, Long> before, Map<Long, Long> after) {
        return after.entrySet().stream()
                .mapToLong(now -> now.getValue() - before.getOrDefault(now.getKey(), 0L))
                .sum();
    }

    private static Optional<Long> stat(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "stat")).map(text -> {
            // The command's name may hold spaces: count from behind its parenthesis.
            var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
        });
    }

    /// Resident memory of one process, in KiB.
    static long residentKib(long pid) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /// Proportional set size of one process, in KiB.
    static long proportionalKib(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "smaps_rollup"))
                .flatMap(text ->
                        text.lines().filter(line -> line.startsWith("Pss:")).findFirst())
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .orElse(0L);
    }

    /// Memory that the machine could still give away, in KiB.
    static long availableKib() {
        return read(Path.of("/proc/meminfo"))
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith("MemAvailable:"))
                        .findFirst())
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .orElseThrow();
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
