package hearth.worker.linux;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.code.PackageThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class LowPriorityThreadsTest {
    private static final Path OWN = Path.of("/proc/thread-self/stat");

    @Test
    void giveWayToOthersAndLeaveThemAsTheyAre() throws Exception {
        try (var threads = new PackageThreads(1, LowPriorityThreads.named("low-"))) {
            int before = niceness();

            assertThat(threads.run(LowPriorityThreadsTest::niceness)).isEqualTo(10);
            assertThat(niceness()).isEqualTo(before);
        }
    }

    /// The kernel's own figure, after the name in parentheses: state, parent, and so on.
    private static int niceness() throws IOException {
        var fields = Files.readString(OWN);
        return Integer.parseInt(fields.substring(fields.lastIndexOf(')') + 2).split(" ")[16]);
    }
}
