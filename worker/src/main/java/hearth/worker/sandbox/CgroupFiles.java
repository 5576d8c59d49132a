package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// The files of a cgroup, whose names and forms differ between v1 and v2.
enum CgroupFiles {
    V1 {
        @Override
        void limitMemory(Path cgroup, Bytes limit) throws IOException {
            write(cgroup.resolve("memory.limit_in_bytes"), limit.count());
            // Memory and swap together, so that there is no swap. Not every kernel counts it.
            writeIfPresent(cgroup.resolve("memory.memsw.limit_in_bytes"), limit.count());
        }

        @Override
        void limitCpu(Path cgroup, Duration quota, Duration period) throws IOException {
            write(cgroup.resolve("cpu.cfs_period_us"), period.toNanos() / 1000);
            write(cpuLimit(cgroup), quota.toNanos() / 1000);
        }

        @Override
        Path cpuLimit(Path cgroup) {
            return cgroup.resolve("cpu.cfs_quota_us");
        }

        @Override
        String noCpuLimit() {
            return "-1";
        }

        @Override
        long peakMemory(Path cgroup) throws IOException {
            return Long.parseLong(read(cgroup.resolve("memory.max_usage_in_bytes")));
        }

        @Override
        long heldMemory(Path cgroup) throws IOException {
            return entry(cgroup.resolve("memory.stat"), "rss") + entry(cgroup.resolve("memory.stat"), "shmem");
        }

        @Override
        long outOfMemoryKills(Path cgroup) throws IOException {
            return entry(cgroup.resolve("memory.oom_control"), "oom_kill");
        }
    },

    V2 {
        @Override
        void limitMemory(Path cgroup, Bytes limit) throws IOException {
            write(cgroup.resolve("memory.max"), limit.count());
            writeIfPresent(cgroup.resolve("memory.swap.max"), 0);
        }

        @Override
        void limitCpu(Path cgroup, Duration quota, Duration period) throws IOException {
            write(cpuLimit(cgroup), "%d %d".formatted(quota.toNanos() / 1000, period.toNanos() / 1000));
        }

        @Override
        Path cpuLimit(Path cgroup) {
            return cgroup.resolve("cpu.max");
        }

        @Override
        String noCpuLimit() {
            return "max";
        }

        @Override
        long peakMemory(Path cgroup) throws IOException {
            var peak = cgroup.resolve("memory.peak");
            // Before Linux 5.19 there is only what is used now.
            return Long.parseLong(read(Files.exists(peak) ? peak : cgroup.resolve("memory.current")));
        }

        @Override
        long heldMemory(Path cgroup) throws IOException {
            return entry(cgroup.resolve("memory.stat"), "anon") + entry(cgroup.resolve("memory.stat"), "shmem");
        }

        @Override
        long outOfMemoryKills(Path cgroup) throws IOException {
            return entry(cgroup.resolve("memory.events"), "oom_kill");
        }
    };

    abstract void limitMemory(Path cgroup, Bytes limit) throws IOException;

    abstract void limitCpu(Path cgroup, Duration quota, Duration period) throws IOException;

    /// The file that says how much of a processor the cgroup gets.
    abstract Path cpuLimit(Path cgroup);

    /// The content of that file without a limit.
    abstract String noCpuLimit();

    abstract long peakMemory(Path cgroup) throws IOException;

    /// What would not be given up if memory ran short: no pages of files on disk.
    abstract long heldMemory(Path cgroup) throws IOException;

    abstract long outOfMemoryKills(Path cgroup) throws IOException;

    void limitProcesses(Path cgroup, int limit) throws IOException {
        write(cgroup.resolve("pids.max"), limit);
    }

    static void write(Path file, Object value) throws IOException {
        Files.writeString(file, value.toString(), StandardOpenOption.WRITE);
    }

    static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private static void writeIfPresent(Path file, long value) throws IOException {
        if (Files.exists(file)) {
            write(file, value);
        }
    }

    private static long entry(Path file, String key) throws IOException {
        for (var line : Files.readAllLines(file)) {
            if (line.startsWith(key + " ")) {
                return Long.parseLong(line.substring(key.length() + 1));
            }
        }
        return 0;
    }
}
