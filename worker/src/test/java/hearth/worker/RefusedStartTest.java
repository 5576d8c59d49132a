package hearth.worker;

import hearth.worker.pool.PoolConfig;
import hearth.worker.sandbox.SandboxKind;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusedStartTest {
    @TempDir
    Path directory;

    @Test
    void startsNoMoreEnvironmentsThanItHasSlots() throws Exception {
        try (var host = new TestWorker(SandboxKind.PROCESS, directory, PoolConfig.NONE, 1)) {
            var function = host.scripted("one", Map.of());
            var first = host.start(function).await("ready");

            host.start(function).await("refused: all slots are taken");
            first.retire();
            first.await("gone");

            host.start(function).await("ready");
        }
    }
}
