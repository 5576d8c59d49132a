package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The most memory that a process was seen to hold, for hosts where no cgroup counts it.
final class ResidentPeak {
    private static final String LABEL = "VmHWM:";

    private long pid; // guarded by this
    private long highest; // bytes, guarded by this

    synchronized void watch(long newPid) {
        pid = newPid;
    }

    synchronized Bytes read() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/%d/status".formatted(pid)))) {
                if (line.startsWith(LABEL)) {
                    var kibibytes = line.substring(LABEL.length()).strip().split(" ")[0];
                    highest = Math.max(highest, Long.parseLong(kibibytes) << 10);
                }
            }
        } catch (IOException ended) {
            // What it last was stays.
        }
        return new Bytes(highest);
    }
}
