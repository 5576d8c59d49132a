package hearth.conformance;

import hearth.worker.sandbox.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the servers of one data folder have made on their host: cgroups, mounts, network devices, firewall tables,
/// loop devices, sockets with a name, processes. Those of other servers are not among it.
final class Traces {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final Pattern ZOMBIE = Pattern.compile("\\) Z (?<parent>\\d+) "); // of proc(5), stat

    private final String data;
    private final String instance;

    Traces(Path data) {
        this.data = data.toString();
        this.instance = Instance.of(data).name();
    }

    /// One line for each trace, without the server itself.
    Set<String> now() {
        var traces = new TreeSet<String>();
        cgroups().forEach(cgroup -> traces.add("cgroup " + cgroup));
        lines("/proc/self/mountinfo", line -> line.contains(data), line -> traces.add("mount " + line));
        lines("/proc/net/unix", line -> line.contains(data), line -> traces.add("socket " + line));
        list(Path.of("/sys/class/net"))
                .map(Traces::name)
                .filter(this::isLink)
                .forEach(link -> traces.add("link " + link));
        list(Path.of("/sys/block"))
                .filter(device -> read(device.resolve("loop/backing_file")).startsWith(data))
                .forEach(device -> traces.add("loop device " + name(device)));
        tables().filter(table -> table.contains(instance)).forEach(table -> traces.add("firewall " + table));
        traces.addAll(processes());
        return traces;
    }

    /// How many of each kind there are.
    Map<String, Integer> counts() {
        var counts = new TreeMap<String, Integer>();
        now().forEach(trace -> counts.merge(trace.substring(0, trace.indexOf(' ')), 1, Integer::sum));
        return counts;
    }

    /// How many of each kind there are beside what a running server keeps of booted runtimes, each of which has a link
    /// and a loop device.
    Map<String, Integer> countsWithoutPool(HearthProcess server) {
        var pool = pool(server);
        var counts = new TreeMap<String, Integer>();
        now().stream()
                .filter(trace -> pool.stream().noneMatch(name -> trace.endsWith("/" + name)))
                .forEach(trace -> counts.merge(trace.substring(0, trace.indexOf(' ')), 1, Integer::sum));
        counts.computeIfPresent("link", (_, count) -> count - pool.size());
        counts.computeIfPresent("loop", (_, count) -> count == pool.size() ? null : count - pool.size());
        return counts;
    }

    /// The sandboxes of booted runtimes that are children of the server: those of another are nobody's.
    Set<String> pool(HearthProcess server) {
        var pattern = Pattern.compile("/hearth-" + instance + "/(pool-[^/\\s]+)");
        var names = new TreeSet<String>();
        ProcessHandle.of(server.pid()).orElseThrow().children().forEach(child -> {
            var cgroup = pattern.matcher(read(Path.of("/proc", Long.toString(child.pid()), "cgroup")));
            if (cgroup.find()) {
                names.add(cgroup.group(1));
            }
        });
        return names;
    }

    /// The cgroups of sandboxes and their parents, in all hierarchies.
    Set<Path> cgroups() {
        var found = new TreeSet<Path>();
        Stream.concat(Stream.of(CGROUPS), list(CGROUPS)).forEach(hierarchy -> {
            var parent = hierarchy.resolve("hearth-" + instance);
            if (Files.isDirectory(parent)) {
                found.add(parent);
                list(parent).filter(Files::isDirectory).forEach(found::add);
            }
        });
        return found;
    }

    private boolean isLink(String name) {
        return name.startsWith("hth" + instance);
    }

    /// Of sandboxes, and programs that work on the data folder.
    Set<String> processes() {
        return list(Path.of("/proc"))
                .filter(process -> name(process).matches("\\d+"))
                .filter(process -> read(process.resolve("cgroup")).contains("/hearth-" + instance)
                        || isTool(read(process.resolve("cmdline"))))
                .filter(process -> !isOrphanThatEnded(process))
                .map(process -> "process " + name(process) + " "
                        + read(process.resolve("cmdline")).replace('\0', ' ') + sandbox(process))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String sandbox(Path process) {
        return read(process.resolve("cgroup"))
                .lines()
                .filter(line -> line.contains("/hearth-" + instance))
                .map(line -> line.substring(line.indexOf('/')))
                .findFirst()
                .orElse("");
    }

    /// It holds nothing any more but its number, until the host's init collects it. One that has ended and whose
    /// server has yet to collect it is a trace of that server.
    private static boolean isOrphanThatEnded(Path process) {
        var ended = ZOMBIE.matcher(read(process.resolve("stat")));
        return ended.find() && !isServer(read(Path.of("/proc", ended.group("parent"), "cmdline")));
    }

    /// A program that works on the data folder, and is not the server.
    private boolean isTool(String commandLine) {
        return commandLine.contains(data) && !isServer(commandLine);
    }

    private static boolean isServer(String commandLine) {
        return commandLine.contains("hearth.server.cli.Main");
    }

    private static Stream<String> tables() {
        try {
            var nft = new ProcessBuilder("/usr/sbin/nft", "list", "tables").start();
            try (var lines = nft.inputReader()) {
                return lines.lines().toList().stream();
            }
        } catch (IOException noSuchProgram) {
            return Stream.of();
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static void lines(String file, Predicate<String> wanted, Consumer<String> action) {
        read(Path.of(file)).lines().filter(wanted).forEach(action);
    }

    /// Empty when it is gone.
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    private static Stream<Path> list(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.toList().stream();
        } catch (IOException | UncheckedIOException gone) {
            return Stream.of();
        }
    }
}
