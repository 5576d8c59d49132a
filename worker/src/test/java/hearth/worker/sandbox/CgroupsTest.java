package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written where, on hosts unlike this one: plain directories stand for the kernel's.
final class CgroupsTest {
    @TempDir
    Path top;

    @Test
    void readsWhichHierarchiesAreMounted() throws Exception {
        var v2 = Files.createDirectory(top.resolve("unified"));
        Files.writeString(v2.resolve("cgroup.controllers"), "io pids\n");

        var hybrid = CgroupMounts.parse(List.of(
                "tmpfs /sys/fs/cgroup tmpfs rw 0 0",
                "cgroup /c/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0",
                "cgroup /c/memory cgroup rw,memory 0 0",
                "cgroup2 %s cgroup2 rw 0 0".formatted(v2)));

        assertThat(hybrid.version()).isEqualTo("hybrid");
        assertThat(hybrid.v1())
                .containsEntry("cpu", Path.of("/c/cpu,cpuacct"))
                .containsEntry("memory", Path.of("/c/memory"));
        assertThat(hybrid.v2Controllers()).containsExactly("pids");
        assertThat(Examination.cgroups(hybrid).good()).isTrue();
    }

    @Test
    void limitsByV2WhereThereIsNothingElse() throws Exception {
        write("cgroup.controllers", "cpu memory pids");
        write("cgroup.subtree_control", "cpu");
        write("hearth-x/cgroup.subtree_control", "");
        write("hearth-x/pids.max", "");
        for (var file : List.of("memory.max", "memory.swap.max", "cpu.max", "pids.max", "cgroup.freeze")) {
            write("hearth-x/f/" + file, "");
        }
        write("hearth-x/f/memory.peak", "1048576\n");
        write("hearth-x/f/memory.stat", "anon 2097152\nfile 9\nkernel 7\nshmem 1048576\n");
        write("hearth-x/f/memory.events", "low 0\noom 3\noom_kill 2\n");

        var mounts = CgroupMounts.parse(List.of("cgroup2 %s cgroup2 rw 0 0".formatted(top)));
        var cgroup = new Cgroups(mounts, "x").create("f", Bytes.mebibytes(128), 500, 1024);
        cgroup.freeze();

        assertThat(mounts.version()).isEqualTo("v2");
        assertThat(read("hearth-x/f/memory.max")).isEqualTo("134217728");
        assertThat(read("hearth-x/f/memory.swap.max")).isEqualTo("0");
        assertThat(read("hearth-x/f/cpu.max")).isEqualTo("10000 20000");
        assertThat(read("hearth-x/f/pids.max")).isEqualTo("1024");
        assertThat(read("hearth-x/pids.max")).isEqualTo(Integer.toString(Cgroups.mostProcesses()));
        assertThat(read("hearth-x/f/cgroup.freeze")).isEqualTo("1");
        // A plain file keeps the end of a longer word that stood there before; the kernel's does not.
        assertThat(read("hearth-x/cgroup.subtree_control")).containsPattern("^\\+(cpu|memory|pids)");
        assertThat(cgroup.entrances()).containsExactly(top.resolve("hearth-x/f/cgroup.procs"));
        assertThat(cgroup.peakMemory()).isEqualTo(Bytes.mebibytes(1));
        assertThat(cgroup.heldMemory()).isEqualTo(Bytes.mebibytes(3));
        assertThat(cgroup.outOfMemoryKills()).isEqualTo(2);
    }

    @Test
    void limitsAndFreezesByV1WhereThereIsNoV2() throws Exception {
        for (var file : List.of(
                "memory/hearth-x/f/memory.limit_in_bytes",
                "memory/hearth-x/f/memory.memsw.limit_in_bytes",
                "cpu/hearth-x/f/cpu.cfs_period_us",
                "cpu/hearth-x/f/cpu.cfs_quota_us",
                "pids/hearth-x/pids.max",
                "pids/hearth-x/f/pids.max",
                "freezer/hearth-x/f/freezer.state")) {
            write(file, "");
        }

        var mounts = CgroupMounts.parse(List.of("memory", "cpu", "pids", "freezer").stream()
                .map(controller -> "cgroup %s/%s cgroup rw,%s 0 0".formatted(top, controller, controller))
                .toList());
        var cgroup = new Cgroups(mounts, "x").create("f", Bytes.mebibytes(128), 72, 1024);

        assertThat(mounts.version()).isEqualTo("v1");
        assertThat(read("memory/hearth-x/f/memory.limit_in_bytes")).isEqualTo("134217728");
        assertThat(read("memory/hearth-x/f/memory.memsw.limit_in_bytes")).isEqualTo("134217728");
        assertThat(read("cpu/hearth-x/f/cpu.cfs_period_us")).isEqualTo("20000");
        assertThat(read("cpu/hearth-x/f/cpu.cfs_quota_us")).isEqualTo("1440");
        assertThat(cgroup.entrances()).hasSize(4).allMatch(entrance -> entrance.endsWith("tasks"));
        cgroup.freeze();
        assertThat(read("freezer/hearth-x/f/freezer.state")).isEqualTo("FROZEN");
        cgroup.thaw();
        assertThat(read("freezer/hearth-x/f/freezer.state")).isEqualTo("THAWED");
    }

    @Test
    void leavesProcessIdsToTheHost() throws Exception {
        var host = Integer.parseInt(
                Files.readAllLines(Path.of("/proc/sys/kernel/pid_max")).getFirst());

        assertThat(Cgroups.mostProcesses()).isBetween(1024, host - host / 8);
    }

    @Test
    void namesTheControllerThatIsMissing() throws Exception {
        write("cgroup.controllers", "cpu pids");

        var mounts = CgroupMounts.parse(List.of("cgroup2 %s cgroup2 rw 0 0".formatted(top)));

        assertThatThrownBy(() -> new Cgroups(mounts, "x")).hasMessage("this kernel has no cgroup controller memory");
        assertThat(Examination.cgroups(mounts).text()).isEqualTo("v2, without memory");
    }

    @Test
    void neverAsksForAQuotaBelowAMillisecond() {
        assertThat(Cgroups.quota(1000)).isEqualTo(Duration.ofMillis(20));
        assertThat(Cgroups.quota(10)).isEqualTo(Duration.ofMillis(1));
        assertThat(Cgroups.period(10)).isEqualTo(Duration.ofMillis(100));
    }

    private void write(String file, String content) throws IOException {
        var path = top.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private String read(String file) throws IOException {
        return Files.readString(top.resolve(file));
    }
}
