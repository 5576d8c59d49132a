package hearth.worker.sandbox;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The circumstances under which a trial of namespaces found nothing wanting, kept for later starts: a trial takes
/// longer than all else of a start, and under the same circumstances it would find the same.
///
/// The circumstances are the host since it was booted, what this process may do and sees of the host, the launcher,
/// and what sandboxes are asked for. A container that is made anew has namespaces of its own, and so tries again.
///
/// @param file beside the sandboxes' directory, which each start empties
/// @param circumstances those of this start; none where they cannot be told, and nothing is kept then
record TrialRecord(Path file, List<String> circumstances) {
    private static final Logger log = System.getLogger(TrialRecord.class.getName());

    private static final Path OWN = Path.of("/proc/self");
    private static final List<String> NAMESPACES = List.of("cgroup", "ipc", "mnt", "net", "pid", "user", "uts");

    /// Rights, and the filter of system calls.
    private static final List<String> STATUS = List.of("Uid:", "Cap", "NoNewPrivs:", "Seccomp");

    TrialRecord {
        circumstances = List.copyOf(circumstances);
    }

    static TrialRecord of(SandboxConfig config) {
        var directory = config.directory();
        var file = directory.resolveSibling(directory.getFileName() + ".tried");
        try {
            return new TrialRecord(file, circumstances(config));
        } catch (IOException e) {
            log.log(Level.DEBUG, "what a trial finds is not kept: {0}", e.getMessage());
            return new TrialRecord(file, List.of());
        }
    }

    private static List<String> circumstances(SandboxConfig config) throws IOException {
        var launcher = config.launcher();
        Stream.Builder<String> lines = Stream.builder();
        lines.add(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
        for (var namespace : NAMESPACES) {
            lines.add(
                    Files.readSymbolicLink(OWN.resolve("ns").resolve(namespace)).toString());
        }
        Files.readAllLines(OWN.resolve("status")).stream()
                .filter(line -> STATUS.stream().anyMatch(line::startsWith))
                .forEach(lines);
        // What is mounted tells of the controllers that there are, and of a file system that has become read-only.
        lines.add(Files.readAllLines(OWN.resolve("mountinfo")).stream()
                .filter(line -> !line.contains(config.directory().toString()))
                .collect(Collectors.joining("; ")));
        lines.add(launcher + " " + Files.size(launcher) + " " + Files.getLastModifiedTime(launcher));
        lines.add(config.toString());
        return lines.build().toList();
    }

    /// Whether an earlier trial tells what one would find now.
    boolean holds() {
        try {
            return !circumstances.isEmpty() && Files.readAllLines(file).equals(circumstances);
        } catch (IOException e) {
            // Nothing is kept, or nothing that can be read.
            return false;
        }
    }

    void keep() {
        try {
            if (!circumstances.isEmpty()) {
                Files.write(file, circumstances);
            }
        } catch (IOException e) {
            log.log(Level.DEBUG, "{0} is not kept: {1}", file, e.getMessage());
        }
    }

    void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays: {1}", file, e.getMessage());
        }
    }
}
