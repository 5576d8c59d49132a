package hearth.worker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where this host has its cgroup hierarchies mounted: v1 (one for each controller), v2, or both.
///
/// @param v1 by controller
/// @param v2 the unified hierarchy
/// @param v2Controllers those that the unified hierarchy has; none where they all are bound to v1
record CgroupMounts(Map<String, Path> v1, Optional<Path> v2, Set<String> v2Controllers) {
    private static final Set<String> WANTED = Set.of("memory", "cpu", "pids", "freezer");

    /// Such as `v1`, `v2` or `hybrid`.
    String version() {
        if (v2.isEmpty()) {
            return v1.isEmpty() ? "none" : "v1";
        }
        return v1.isEmpty() ? "v2" : "hybrid";
    }

    static CgroupMounts ofThisHost() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mounts")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param mounts the lines of `/proc/mounts`
    static CgroupMounts parse(List<String> mounts) throws IOException {
        var v1 = new HashMap<String, Path>();
        Optional<Path> v2 = Optional.empty();
        for (var line : mounts) {
            var fields = line.split(" ");
            var path = Path.of(fields[1]);
            if (fields[2].equals("cgroup2") && v2.isEmpty()) {
                v2 = Optional.of(path);
            } else if (fields[2].equals("cgroup")) {
                Arrays.stream(fields[3].split(","))
                        .filter(WANTED::contains)
                        .forEach(controller -> v1.putIfAbsent(controller, path));
            }
        }
        return new CgroupMounts(Map.copyOf(v1), v2, v2.isPresent() ? controllers(v2.get()) : Set.of());
    }

    private static Set<String> controllers(Path v2) throws IOException {
        var file = v2.resolve("cgroup.controllers");
        if (!Files.exists(file)) {
            return Set.of();
        }
        var controllers =
                new HashSet<>(Arrays.asList(Files.readString(file).strip().split(" ")));
        controllers.retainAll(WANTED);
        return Set.copyOf(controllers);
    }
}
