package hearth.worker.microvm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The words that start Firecracker by its jailer (firecracker-microvm/firecracker, docs/jailer.md): in a root of its
/// own, as a user of its own, in a network namespace. Firecracker itself keeps to its usual filter of system calls.
///
/// Before the jailer, a shell enters the machine's cgroups: they are made and limited as those of any sandbox, so the
/// jailer is not asked for others.
///
/// @param base the folder of all jails
public record JailerCommand(Firecracker firecracker, Path base) {
    /// The number of the descriptor of the mount namespace that the process begins in.
    public static final int MOUNTS = 9;

    /// The socket of Firecracker's API, in the jail.
    public static final String API_SOCKET = "api.sock";

    /// What Firecracker has open of its machine's, and connections.
    private static final int MOST_DESCRIPTORS = 512;

    private static final String ENTER_CGROUPS = """
            set -e
            while [ "$1" != -- ]; do echo 0 >"$1"; shift; done
            shift
            exec "$@"
            """;

    /// The root of a machine's jail, where its jailer looks for it.
    public Path root(String id) {
        return base.resolve(firecracker.program().getFileName()).resolve(id).resolve("root");
    }

    /// @param id letters, digits and hyphens, no more than 64
    /// @param uid of the user, and of the group
    /// @param cgroups files that take `0` for whoever writes it
    /// @param network a path of the network namespace
    /// @param largestFile that it may write, in bytes
    public List<String> words(String id, int uid, List<Path> cgroups, Path network, long largestFile) {
        var words = new ArrayList<>(List.of("nsenter", "--mount=/proc/self/fd/" + MOUNTS));
        words.addAll(List.of("/bin/sh", "-c", ENTER_CGROUPS, "jail"));
        cgroups.forEach(entrance -> words.add(entrance.toString()));
        words.addAll(List.of("--", firecracker.jailer().toString(), "--id", id));
        words.addAll(List.of("--exec-file", firecracker.program().toString()));
        words.addAll(List.of("--uid", Integer.toString(uid), "--gid", Integer.toString(uid)));
        words.addAll(List.of("--chroot-base-dir", base.toString(), "--netns", network.toString()));
        words.addAll(List.of("--resource-limit", "no-file=" + MOST_DESCRIPTORS));
        words.addAll(List.of("--resource-limit", "fsize=" + largestFile));
        words.addAll(List.of("--", "--api-sock", "/" + API_SOCKET));
        return List.copyOf(words);
    }
}
