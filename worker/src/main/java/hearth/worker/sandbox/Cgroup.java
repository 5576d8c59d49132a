package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// The cgroups of one sandbox: one directory in each hierarchy.
final class Cgroup implements AutoCloseable {
    private static final Logger log = System.getLogger(Cgroup.class.getName());
    private static final Duration REMOVAL = Duration.ofSeconds(5);

    private final Set<Path> directories;
    private final Path freezer;
    private final Path memory;
    private final CgroupFiles memoryFiles;
    private final boolean unified;
    private final Path cpu;
    private final CgroupFiles cpuFiles;

    /// @param unified whether the freezer is of v2
    Cgroup(
            Set<Path> directories,
            Path freezer,
            boolean unified,
            Path memory,
            CgroupFiles memoryFiles,
            Path cpu,
            CgroupFiles cpuFiles) {
        this.directories = directories;
        this.freezer = freezer;
        this.memory = memory;
        this.memoryFiles = memoryFiles;
        this.unified = unified;
        this.cpu = cpu;
        this.cpuFiles = cpuFiles;
    }

    /// One whose limits are of no interest any more.
    static Cgroup leftBehind(Set<Path> directories) {
        var freezer = directories.stream()
                .filter(directory -> Files.exists(directory.resolve("cgroup.freeze")))
                .findFirst();
        var any = freezer.orElseGet(() -> directories.iterator().next());
        var cpu = directories.stream()
                .filter(directory ->
                        Arrays.stream(CgroupFiles.values()).anyMatch(files -> Files.exists(files.cpuLimit(directory))))
                .findFirst()
                .orElse(any);
        var cpuFiles = Files.exists(CgroupFiles.V2.cpuLimit(cpu)) ? CgroupFiles.V2 : CgroupFiles.V1;
        return new Cgroup(directories, any, freezer.isPresent(), any, CgroupFiles.V1, cpu, cpuFiles);
    }

    void make() throws IOException {
        for (var directory : directories) {
            Cgroups.makeDirectory(directory);
        }
    }

    /// A process of one thread that writes `0` to each of these is in the cgroup.
    List<Path> entrances() {
        return directories.stream().map(this::entrance).toList();
    }

    /// Only v1 lets a single thread move by itself, for which the kernel need not stop others from starting and ending.
    private Path entrance(Path directory) {
        return directory.resolve(unified && directory.equals(freezer) ? "cgroup.procs" : "tasks");
    }

    /// Takes effect soon after: a process in the middle of a system call finishes that first.
    void freeze() {
        change(unified ? "cgroup.freeze" : "freezer.state", unified ? "1" : "FROZEN");
    }

    void thaw() {
        change(unified ? "cgroup.freeze" : "freezer.state", unified ? "0" : "THAWED");
    }

    /// The file that says how much of a processor its processes get, and what lifts that limit.
    Path cpuLimit() {
        return cpuFiles.cpuLimit(cpu);
    }

    String noCpuLimit() {
        return cpuFiles.noCpuLimit();
    }

    /// Lets its processes have any share of the CPU, because they are about to be killed: each has to run once more for
    /// that, and hundreds would take many seconds under the limit of a small function.
    void liftCpuLimit() {
        write(cpuLimit(), noCpuLimit());
    }

    /// Kills every process, frozen or not.
    void kill() {
        liftCpuLimit();
        if (unified && Files.exists(freezer.resolve("cgroup.kill"))) {
            change("cgroup.kill", "1");
        } else {
            processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            thaw(); // a frozen process of v1 dies only once it runs
        }
    }

    /// The file that lists the threads in it.
    Path threads() {
        return freezer.resolve(unified ? "cgroup.threads" : "tasks");
    }

    Bytes peakMemory() throws IOException {
        return new Bytes(memoryFiles.peakMemory(memory));
    }

    /// What its processes hold now, without what the kernel keeps of files for them.
    Bytes heldMemory() throws IOException {
        return new Bytes(memoryFiles.heldMemory(memory));
    }

    long outOfMemoryKills() throws IOException {
        return memoryFiles.outOfMemoryKills(memory);
    }

    /// Removes the cgroups. What is still dying in them has a moment for it.
    @Override
    public void close() {
        var deadline = System.nanoTime() + REMOVAL.toNanos();
        for (var directory : directories) {
            while (!removed(directory)) {
                if (System.nanoTime() > deadline) {
                    log.log(Level.WARNING, "cgroup {0} is still in use and stays", directory);
                    break;
                }
                kill();
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
        }
    }

    /// Whether it is removed, so that no process is in it.
    boolean isGone() {
        return directories.stream().noneMatch(Files::exists);
    }

    private static boolean removed(Path directory) {
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (IOException busy) {
            return false;
        }
    }

    private List<Long> processes() {
        return processes(freezer);
    }

    static List<Long> processes(Path cgroup) {
        try {
            return Files.readAllLines(cgroup.resolve("cgroup.procs")).stream()
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException gone) {
            return List.of();
        }
    }

    private void change(String file, String value) {
        write(freezer.resolve(file), value);
    }

    private static void write(Path file, String value) {
        try {
            CgroupFiles.write(file, value);
        } catch (NoSuchFileException e) {
            // A sandbox that was closed meanwhile has nothing left to change.
        } catch (IOException e) {
            log.log(Level.WARNING, "writing {0} to {1}: {2}", value, file, e);
        }
    }
}
