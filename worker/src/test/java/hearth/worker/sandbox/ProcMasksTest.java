package hearth.worker.sandbox;

import static hearth.worker.sandbox.SandboxRun.run;
import static hearth.worker.sandbox.SandboxRun.spec;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `/proc`, `/sys` and `/dev` tell of the host.
final class ProcMasksTest {
    @TempDir
    static Path directory;

    static NamespaceSandboxFactory factory;

    @BeforeAll
    static void start() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        factory = SandboxRun.namespaces(SandboxRun.config(directory.resolve("sandboxes")));
    }

    @AfterAll
    static void end() {
        if (factory != null) {
            factory.close();
        }
    }

    @Test
    void showsOfProcWhatProgramsAskForAndNothingElse() throws Exception {
        var files = lines(
                "for f in /proc/[!0-9]*; do [ -f $f ] && [ ! -L $f ] && [ -n \"$(head -c 1 $f | tr '\\0' x)\" ] && echo $f; done");
        var directories = lines("for d in /proc/[!0-9]*/; do [ ! -L ${d%/} ] && [ -n \"$(ls $d)\" ] && echo $d; done");

        assertThat(files)
                .containsExactlyInAnyOrder(
                        "/proc/cgroups",
                        "/proc/cpuinfo",
                        "/proc/filesystems",
                        "/proc/loadavg",
                        "/proc/meminfo",
                        "/proc/stat",
                        "/proc/swaps",
                        "/proc/uptime",
                        "/proc/version",
                        "/proc/vmstat");
        assertThat(directories).containsExactlyInAnyOrder("/proc/sys/", "/proc/sysvipc/");
    }

    /// The lists of runc, containerd, Docker and Podman.
    @Test
    void hidesWhatOthersHide() throws Exception {
        var hidden = List.of(
                "/proc/acpi",
                "/proc/asound",
                "/proc/interrupts",
                "/proc/kcore",
                "/proc/keys",
                "/proc/latency_stats",
                "/proc/timer_list",
                "/proc/timer_stats",
                "/proc/sched_debug",
                "/proc/scsi",
                "/sys/firmware",
                "/sys/fs/selinux",
                "/sys/dev/block",
                "/sys/devices/virtual/powercap");
        var readOnly =
                List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname");

        assertThat(lines(
                        "for p in %s; do [ -n \"$(ls $p 2>/dev/null | grep -v ^/)\" ] && echo $p; [ -f $p ] && head -c 1 $p; done"
                                .formatted(String.join(" ", hidden))))
                .isEmpty();
        assertThat(lines("for p in %s; do [ -f $p ] && (echo x > $p) && echo $p; mkdir $p/x && echo $p; done"
                                .formatted(String.join(" ", readOnly)))
                        .stream()
                        .filter(line -> line.startsWith("/proc")))
                .isEmpty();
        assertThat(
                        lines(
                                "ls -A /sys 2>/dev/null; for s in $(find /proc/sys -type f); do [ -w $s ] && (echo 1 > $s) 2>/dev/null && echo $s; done"))
                .isEmpty();
    }

    @Test
    void saysNothingOfPid1() throws Exception {
        assertThat(
                        lines(
                                "cd /proc/1; for f in environ maps mem auxv syscall stack io; do head -c 1 $f 2>/dev/null && echo $f; done;"
                                        + " for l in cwd root exe; do readlink $l && echo $l; done; ls fd fdinfo ns map_files 2>/dev/null | grep -v :; tr '\\0' ' ' < cmdline; echo"))
                .containsExactly("init ");
    }

    @Test
    void hasAMinimalDev() throws Exception {
        assertThat(lines("ls /dev"))
                .containsExactlyInAnyOrder(
                        "fd", "full", "null", "random", "stderr", "stdin", "stdout", "urandom", "zero");
    }

    private static List<String> lines(String script) throws Exception {
        try (var sandbox = factory.create(spec())) {
            return run(sandbox, script).output().lines().toList();
        }
    }
}
