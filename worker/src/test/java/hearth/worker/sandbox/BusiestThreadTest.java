package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusiestThreadTest {
    @TempDir
    Path folder;

    @Test
    void isLookedForOnceAndThenLookedAt() throws Exception {
        var busy = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
        var idle = new ProcessBuilder("sleep", "1000").start();
        try {
            var list = threads(idle.pid(), busy.pid());
            var thread = new BusiestThread(list);
            SandboxRun.await(() -> hasRun(busy.pid()));

            var first = Objects.requireNonNull(thread.look());
            assertThat(first.thread()).isEqualTo(Long.toString(busy.pid()));
            Files.delete(list);
            SandboxRun.await(() -> times(busy.pid()).running().compareTo(first.running()) > 0);
            assertThat(Objects.requireNonNull(thread.look()).running()).isGreaterThan(first.running());
            thread.close();
            assertThat(thread.look()).isNull();
        } finally {
            busy.destroyForcibly().waitFor();
            idle.destroyForcibly().waitFor();
        }
    }

    @Test
    void isAnotherOnceItHasEnded() throws Exception {
        var ends = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
        var stays = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
        try {
            var thread = new BusiestThread(threads(ends.pid()));
            SandboxRun.await(() -> hasRun(ends.pid()) && hasRun(stays.pid()));
            assertThat(Objects.requireNonNull(thread.look()).thread()).isEqualTo(Long.toString(ends.pid()));

            ends.destroyForcibly().waitFor();
            threads(stays.pid());

            assertThat(Objects.requireNonNull(thread.look()).thread()).isEqualTo(Long.toString(stays.pid()));
        } finally {
            ends.destroyForcibly().waitFor();
            stays.destroyForcibly().waitFor();
        }
    }

    @Test
    void isNoneWhereNothingRuns() {
        assertThat(new BusiestThread(folder.resolve("cgroup.threads")).look()).isNull();
    }

    private static boolean hasRun(long pid) {
        assumeTrue(Files.exists(Path.of("/proc/self/schedstat")), "This kernel keeps no schedstat");
        return times(pid).running().toMillis() > 5;
    }

    private static ProcessorTimes times(long pid) {
        return Objects.requireNonNull(ProcessorTimes.ofThread(Long.toString(pid)));
    }

    private Path threads(Long... ids) throws IOException {
        return Files.write(
                folder.resolve("cgroup.threads"),
                List.of(ids).stream().map(id -> Long.toString(id)).toList());
    }
}
