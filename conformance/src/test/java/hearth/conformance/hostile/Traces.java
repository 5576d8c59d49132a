package hearth.conformance.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What one sandbox has on the host while it lives.
///
/// @param disk of the loop device under its `/tmp`, or empty if that is in memory; it changes with each file it carries
record Traces(List<Path> cgroups, Path device, String disk) {
    private static final Path BLOCK_DEVICES = Path.of("/sys/dev/block");

    /// @param pid of a process in the sandbox
    static Traces of(long pid) throws IOException {
        var process = Path.of("/proc", Long.toString(pid));
        var device = Files.readAllLines(process.resolve("mountinfo")).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields[4].equals("/tmp"))
                .map(fields -> BLOCK_DEVICES.resolve(fields[2]))
                .findFirst()
                .orElseThrow();
        var cgroups = Files.readAllLines(process.resolve("cgroup")).stream()
                .map(line -> line.split(":", 3))
                .filter(fields -> fields[2].contains("hearth"))
                .map(fields -> Path.of("/sys/fs/cgroup", fields[1], fields[2]))
                .filter(Files::exists)
                .toList();
        return new Traces(cgroups, device, disk(device));
    }

    private static String disk(Path device) {
        try {
            return Files.readString(device.resolve("diskseq")) + Files.readString(device.resolve("loop/backing_file"));
        } catch (IOException none) {
            return "";
        }
    }

    boolean gone() {
        return cgroups.stream().noneMatch(Files::exists) && (disk.isEmpty() || !disk.equals(disk(device)));
    }
}
