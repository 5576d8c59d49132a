package hearth.worker.sandbox;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Notes on disk of the processes that would outlive a killed server: one file each, named by the pid, holding when
/// the process began, because a pid may come to mean another process.
final class ProcessRecords {
    private static final Logger log = System.getLogger(ProcessRecords.class.getName());

    private final Path directory;

    ProcessRecords(Path directory) {
        this.directory = directory.resolve("processes");
    }

    void add(int pid) throws IOException {
        Files.createDirectories(directory);
        var began = beginning(pid);
        if (began.isPresent()) {
            Files.writeString(file(pid), began.get());
        }
    }

    void remove(int pid) {
        try {
            Files.deleteIfExists(file(pid));
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays: {1}", file(pid), e.getMessage());
        }
    }

    /// Kills every recorded process that still is the one it was.
    void killAll() {
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                var pid = Integer.parseInt(file.getFileName().toString());
                if (beginning(pid).equals(Optional.of(Files.readString(file)))) {
                    log.log(Level.INFO, "killing process {0}, which a server left behind", Integer.toString(pid));
                    ProcessHandle.of(pid).ifPresent(ProcessRecords::killTree);
                }
            }
        } catch (IOException none) {
            // Nothing was recorded.
        }
    }

    private static void killTree(ProcessHandle process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private Path file(int pid) {
        return directory.resolve(Integer.toString(pid));
    }

    /// In the kernel's ticks since it booted: the 22nd field, of which the second may hold spaces.
    private static Optional<String> beginning(int pid) {
        try {
            var stat = Files.readString(Path.of("/proc/%d/stat".formatted(pid)));
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
