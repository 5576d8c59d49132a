package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What this host has for isolation, and what to do about what it lacks: for `hearth doctor`.
public final class Examination {
    private static final String LAUNCHER = "launcher";
    private static final String SANDBOXES = "sandboxes";

    private Examination() {}

    public static List<Finding> findings(SandboxConfig config) {
        var findings = new ArrayList<Finding>();
        findings.add(user(Privileges.own()));
        findings.add(
                Files.isExecutable(config.launcher())
                        ? Finding.good(LAUNCHER, config.launcher().toString())
                        : Finding.bad(LAUNCHER, "not built", "install gcc and libc6-dev, then build again"));
        findings.add(cgroups(CgroupMounts.ofThisHost()));
        findings.add(namespaces());
        findings.add(seccomp());
        findings.add(tool("mkfs.ext4", "for /tmp on disk", "e2fsprogs"));
        findings.add(
                Files.exists(Path.of("/dev/loop-control"))
                        ? Finding.good("loop devices", "present")
                        : Finding.bad("loop devices", "absent", "modprobe loop; until then /tmp is in memory"));
        findings.add(tool("nft", "for functions to reach the internet and nothing else", "nftables"));
        findings.add(tool("bwrap", "for sandboxes without root", "bubblewrap"));
        findings.addAll(MicrovmExamination.findings(config));
        return List.copyOf(findings);
    }

    /// What a start would come to: the kinds of sandboxes up to the first that works, each tried as a start tries
    /// it.
    ///
    /// @param config of a directory and an instance that no server has
    public static List<Finding> trials(SandboxConfig config) {
        var findings = new ArrayList<Finding>();
        for (var kind : SandboxKind.AUTOMATIC) {
            switch (Sandboxes.attempt(config, kind)) {
                case Trial.Works(var factory, var shortcomings) -> {
                    factory.close();
                    shortcomings.forEach(shortcoming -> findings.add(Finding.bad(
                            SANDBOXES, shortcoming, "see what is missing above; --no-internet needs no nft")));
                    findings.add(Finding.good(SANDBOXES, works(kind)));
                    return findings;
                }
                case Trial.Fails(var reason) ->
                    findings.add(Finding.bad(SANDBOXES, kind.label() + ": they do not work: " + reason, remedy(kind)));
            }
        }
        return findings;
    }

    /// Whether the strongest kind of sandboxes works, by the findings of `trials`.
    public static boolean isBest(List<Finding> trials) {
        return trials.contains(Finding.good(SANDBOXES, works(SandboxKind.NAMESPACES)));
    }

    private static String works(SandboxKind kind) {
        return kind == SandboxKind.NAMESPACES
                ? kind.label() + ": they work, and functions are fully isolated"
                : kind.label() + ": they work, but " + kind.missing();
    }

    private static String remedy(SandboxKind kind) {
        return switch (kind) {
            case NAMESPACES ->
                "run as root with all of root's rights and cgroups that can be written: sudo; in a container"
                        + " docker run --privileged, or the like";
            case BUBBLEWRAP ->
                "install bubblewrap, and let users make namespaces (sysctl user.max_user_namespaces,"
                        + " kernel.unprivileged_userns_clone; in a container its seccomp profile and masks of /proc)";
            case PROCESS -> "there is nothing weaker: see the reason";
            case MICROVM -> "see the reason";
        };
    }

    /// What killed servers left.
    ///
    /// @param left as `Leftovers.find` tells
    public static Finding leftovers(List<String> left) {
        return left.isEmpty()
                ? Finding.good("leftovers", "none of servers that were killed")
                : Finding.bad(
                        "leftovers",
                        String.join(", ", left),
                        "./hearth doctor --clean, or start a server: both clear them");
    }

    static Finding user(Privileges privileges) {
        var user = System.getProperty("user.name", "?");
        if (!privileges.isRoot()) {
            return Finding.bad(
                    "user", user, "run as root (sudo): only root can limit memory and CPU, and cut the network");
        }
        var missing = privileges.missing();
        return missing.isEmpty()
                ? Finding.good("user", user)
                : Finding.bad(
                        "user",
                        user + " without " + String.join(", ", missing),
                        "give them back, as docker run --privileged does");
    }

    static Finding cgroups(CgroupMounts mounts) {
        var missing = Stream.of("memory", "cpu", "pids")
                .filter(controller -> !mounts.v1().containsKey(controller)
                        && !mounts.v2Controllers().contains(controller))
                .toList();
        if (missing.isEmpty()) {
            return Finding.good("cgroups", mounts.version());
        }
        return Finding.bad(
                "cgroups",
                "%s, without %s".formatted(mounts.version(), String.join(", ", missing)),
                "mount them, or boot with cgroup_enable=memory where the kernel has them switched off");
    }

    private static Finding namespaces() {
        var missing = Stream.of("user", "mnt", "pid", "ipc", "uts", "net", "cgroup")
                .filter(name -> Files.notExists(Path.of("/proc/self/ns", name)))
                .toList();
        return missing.isEmpty()
                ? Finding.good("namespaces", "user, mount, pid, ipc, uts, net, cgroup")
                : Finding.bad("namespaces", "without " + String.join(", ", missing), "use a kernel that has them");
    }

    private static Finding seccomp() {
        try {
            var actions = Files.readString(Path.of("/proc/sys/kernel/seccomp/actions_avail"));
            return Finding.good("seccomp", actions.strip());
        } catch (IOException e) {
            return Finding.bad("seccomp", "absent", "use a kernel built with CONFIG_SECCOMP_FILTER");
        }
    }

    static Finding tool(String name, String use, String debianPackage) {
        return Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin")
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> Finding.good(name, path.toString()))
                .orElseGet(() -> Finding.bad(name, "absent, needed " + use, "apt-get install " + debianPackage));
    }
}
