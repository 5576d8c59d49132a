package hearth.worker.code;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.code.PackageLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server may be killed at any moment: what the next one finds in the cache is whole.
class CodeCacheKillTest {
    private static final int ROUNDS = 4;

    @TempDir
    private Path temporary;

    @Test
    void holdsOnlyWholePackagesAfterEachKill() throws Exception {
        var random = new Random(1);
        for (int round = 0; round < ROUNDS; round++) {
            killSomewhere(Duration.ofMillis(random.nextInt(200)));

            assertOnlyWholePackages();
        }

        try (var cache = new CodeCache(
                temporary,
                KilledServer.store(),
                PackageLimits.STORED,
                Bytes.mebibytes(100),
                UnpackingThreads.of(1),
                InstantSource.system())) {
            for (int i = 0; i < KilledServer.PACKAGES; i++) {
                cache.acquire(TestZip.digest(KilledServer.zip(i).build())).close();
            }
        }
        assertThat(assertOnlyWholePackages()).isEqualTo(KilledServer.PACKAGES);
    }

    private void killSomewhere(Duration after) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var server = new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledServer.class.getName(),
                        temporary.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = server.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            LockSupport.parkNanos(after.toNanos());
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private int assertOnlyWholePackages() throws IOException {
        int packages = 0;
        for (int which = 0; which < KilledServer.PACKAGES; which++) {
            var digest = TestZip.digest(KilledServer.zip(which).build()).hex();
            try (var paths = Files.newDirectoryStream(temporary, digest + "-*")) {
                for (var path : paths) {
                    packages++;
                    assertWhole(path, KilledServer.content(which));
                }
            }
        }
        return packages;
    }

    private static void assertWhole(Path directory, String content) throws IOException {
        try (var paths = Files.walk(directory)) {
            var files = paths.filter(Files::isRegularFile).toList();
            assertThat(files).hasSize(KilledServer.FILES).allSatisfy(file -> assertThat(file)
                    .hasContent(content));
        }
    }
}
