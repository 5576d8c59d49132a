package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TmpImagesTest {
    @TempDir
    Path directory;

    @Test
    void areEmptySoThatNoSandboxHasToRemoveAnything() throws Exception {
        SandboxRun.assumeRootAndLauncher();
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/debugfs")), "needs debugfs of e2fsprogs");

        new TmpImages(directory).take(Bytes.mebibytes(512)).close();

        var listing = new ProcessBuilder(
                        "/usr/sbin/debugfs",
                        "-R",
                        "ls -p",
                        directory.resolve("tmp-512.ext4").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var entries = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(entries.lines().map(line -> line.split("/")[5])).containsExactly(".", "..");
    }
}
