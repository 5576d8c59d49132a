package hearth.worker.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenFilesTest {
    @TempDir
    private Path folder;

    /// Files of `/proc` are never read past the kernel's pages; what is on a disk nearly always may be.
    @Test
    void tellsWhetherAFileCanBeReadDirectly() throws IOException {
        var process = Descriptors.open(Path.of("/proc/self/status"));
        var onDisk = SparseFiles.nameless(folder, 4096);
        try {
            assertThat(OpenFiles.canBeDirect(process)).isFalse();

            var before = flags(onDisk);
            // That of a tmpfs depends on the kernel's version.
            if (!Files.getFileStore(folder).type().equals("tmpfs")) {
                assertThat(OpenFiles.canBeDirect(onDisk)).isTrue();
            }
            assertThat(flags(onDisk)).isEqualTo(before);
        } finally {
            Descriptors.close(process);
            Descriptors.close(onDisk);
        }
    }

    private static String flags(int file) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/fdinfo/" + file))) {
            return lines.filter(line -> line.startsWith("flags:")).findFirst().orElseThrow();
        }
    }
}
