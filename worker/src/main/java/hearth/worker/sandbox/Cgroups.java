package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes the cgroups of this instance's sandboxes, all under one parent in each hierarchy, `hearth-<instance>`.
///
/// The parent stands at the top of what is mounted, wherever the server itself sits, so that the next server finds
/// it. On a hybrid host v1 limits, and v2 freezes and kills.
final class Cgroups implements AutoCloseable {
    private static final Logger log = System.getLogger(Cgroups.class.getName());

    /// As Lambda's: short, so that a small function is held up often and briefly rather than seldom and long.
    private static final Duration PERIOD = Duration.ofMillis(20);

    private static final Duration SHORTEST_QUOTA = Duration.ofMillis(1);
    private static final List<String> LIMITING = List.of("memory", "cpu", "pids");
    private static final List<Path> HOST_LIMITS =
            List.of(Path.of("/proc/sys/kernel/pid_max"), Path.of("/proc/sys/kernel/threads-max"));

    private final Map<String, Controller> controllers = new LinkedHashMap<>();
    private final CgroupMounts mounts;
    private final String parent;
    private final Path freezer;

    /// @param directory the parent of the sandboxes' cgroups
    private record Controller(CgroupFiles files, Path directory) {}

    Cgroups(CgroupMounts mounts, String instance) throws SandboxException {
        this.mounts = mounts;
        this.parent = parentName(instance);
        this.freezer = freezer(mounts);
        for (var controller : LIMITING) {
            controllers.put(controller, find(controller));
        }
        try {
            makeParents();
        } catch (IOException e) {
            close();
            throw new SandboxException("cgroups cannot be made: " + e, e);
        }
    }

    static String parentName(String instance) {
        return "hearth-" + instance;
    }

    /// Where this instance's cgroups are, or were, on this host.
    static List<Path> parents(CgroupMounts mounts, String instance) {
        return tops(mounts).stream()
                .map(top -> top.resolve(parentName(instance)))
                .toList();
    }

    /// The topmost cgroup of each hierarchy.
    static Set<Path> tops(CgroupMounts mounts) {
        var tops = new LinkedHashSet<>(mounts.v1().values());
        mounts.v2().ifPresent(tops::add);
        return tops;
    }

    Cgroup create(String name, Bytes memory, int milliCpus, int processes) throws SandboxException {
        var memoryController = controller("memory");
        var cpuController = controller("cpu");
        var cgroup = new Cgroup(
                directories(name),
                freezer.resolve(parent).resolve(name),
                mounts.v2().isPresent(),
                memoryController.directory().resolve(name),
                memoryController.files(),
                cpuController.directory().resolve(name),
                cpuController.files());
        try {
            cgroup.make();
            limit(name, memory, milliCpus);
            limit("pids", name, (files, at) -> files.limitProcesses(at, processes));
            return cgroup;
        } catch (IOException e) {
            cgroup.close();
            throw new SandboxException("cgroup " + name + ": " + e, e);
        } catch (RuntimeException | Error e) {
            cgroup.close();
            throw e;
        }
    }

    /// Sets the limits, also of a cgroup in use: memory can only be lowered then, where v1 counts swap.
    void limit(String name, Bytes memory, int milliCpus) throws IOException {
        limit("memory", name, (files, at) -> files.limitMemory(at, memory));
        limitCpu(name, milliCpus);
    }

    void limitCpu(String name, int milliCpus) throws IOException {
        limit("cpu", name, (files, at) -> files.limitCpu(at, quota(milliCpus), period(milliCpus)));
    }

    private interface Limit {
        void set(CgroupFiles files, Path cgroup) throws IOException;
    }

    private void limit(String controller, String name, Limit limit) throws IOException {
        var at = controller(controller);
        limit.set(at.files(), at.directory().resolve(name));
    }

    /// The kernel takes no quota below a millisecond, so the smallest shares have a longer period.
    static Duration period(int milliCpus) {
        var quota = PERIOD.multipliedBy(milliCpus).dividedBy(1000);
        return quota.compareTo(SHORTEST_QUOTA) >= 0
                ? PERIOD
                : SHORTEST_QUOTA.multipliedBy(1000).dividedBy(Math.max(1, milliCpus));
    }

    static Duration quota(int milliCpus) {
        return period(milliCpus).multipliedBy(milliCpus).dividedBy(1000);
    }

    private Controller controller(String name) {
        return Objects.requireNonNull(controllers.get(name), name);
    }

    private Controller find(String controller) throws SandboxException {
        var v1 = mounts.v1().get(controller);
        if (v1 != null) {
            return new Controller(CgroupFiles.V1, v1.resolve(parent));
        }
        if (mounts.v2().isPresent() && mounts.v2Controllers().contains(controller)) {
            return new Controller(CgroupFiles.V2, mounts.v2().get().resolve(parent));
        }
        throw new SandboxException("this kernel has no cgroup controller " + controller);
    }

    private Set<Path> directories(String name) {
        return parents().stream().map(directory -> directory.resolve(name)).collect(Collectors.toUnmodifiableSet());
    }

    private Set<Path> parents() {
        var parents = new LinkedHashSet<Path>();
        controllers.values().forEach(controller -> parents.add(controller.directory()));
        parents.add(freezer.resolve(parent));
        return parents;
    }

    /// v2's freezer is quicker, and lets a frozen process be killed.
    private static Path freezer(CgroupMounts mounts) throws SandboxException {
        return mounts.v2()
                .or(() -> Optional.ofNullable(mounts.v1().get("freezer")))
                .orElseThrow(() -> new SandboxException("this kernel has no cgroup that freezes"));
    }

    private void makeParents() throws IOException {
        for (var directory : parents()) {
            makeDirectory(directory);
        }
        if (mounts.v2().isPresent() && !mounts.v2Controllers().isEmpty()) {
            var v2 = mounts.v2().get();
            enable(v2);
            enable(v2.resolve(parent));
        }
        var pids = controller("pids");
        pids.files().limitProcesses(pids.directory(), mostProcesses());
    }

    /// An eighth of what the host can have is left to the host: else a few dozen sandboxes, each within its own
    /// limit, could take every process id.
    static int mostProcesses() throws IOException {
        var most = Integer.MAX_VALUE;
        for (var limit : HOST_LIMITS) {
            // By lines, because such a file gives nothing to a second read.
            most = Math.min(most, Integer.parseInt(Files.readAllLines(limit).getFirst()));
        }
        return most - most / 8;
    }

    /// On v2 a cgroup's controllers are there only if its parent hands them down.
    private void enable(Path cgroup) throws IOException {
        var enabled = List.of(
                CgroupFiles.read(cgroup.resolve("cgroup.subtree_control")).split(" "));
        for (var controller : mounts.v2Controllers()) {
            if (LIMITING.contains(controller) && !enabled.contains(controller)) {
                handDown(cgroup, controller);
            }
        }
    }

    /// A cgroup other than the topmost may not have processes of its own as well. In a container the topmost that
    /// is seen has, among them this server, and they move into a child of it.
    private static void handDown(Path cgroup, String controller) throws IOException {
        var control = cgroup.resolve("cgroup.subtree_control");
        try {
            CgroupFiles.write(control, "+" + controller);
        } catch (IOException busy) {
            var server = cgroup.resolve("hearth-host");
            makeDirectory(server);
            for (var process : Files.readAllLines(cgroup.resolve("cgroup.procs"))) {
                CgroupFiles.write(server.resolve("cgroup.procs"), process);
            }
            CgroupFiles.write(control, "+" + controller);
        }
    }

    static void makeDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            // It is what was wanted.
        }
    }

    boolean areGone() {
        return parents().stream().noneMatch(Files::exists);
    }

    /// Removes the parents. One that still has a child stays, for the next start to clear.
    @Override
    public void close() {
        for (var directory : parents()) {
            try {
                // On a file system that is read-only the kernel minds also what is not there.
                if (Files.exists(directory)) {
                    Files.delete(directory);
                }
            } catch (IOException e) {
                log.log(Level.WARNING, "{0} stays: {1}", directory, e.getMessage());
            }
        }
    }
}
