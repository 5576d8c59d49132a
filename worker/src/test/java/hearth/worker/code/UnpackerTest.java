package hearth.worker.code;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.code.DeploymentPackage;
import hearth.model.code.PackageLimits;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackerTest {
    private static final int ROUNDS = 300;
    private static final PackageLimits LIMITS = new PackageLimits(new Bytes(1 << 20), new Bytes(1 << 20), 50, 200);

    @TempDir
    private Path temporary;

    @Test
    void neverWritesOutsideWhateverHappensToAZip() throws Exception {
        var original = new TestZip()
                .file("dir/a.txt", "hello ".repeat(50))
                .executable("bootstrap", "#!/bin/sh\n")
                .link("link", "dir/a.txt")
                .link("dir/up", "../bootstrap")
                .link("dir/deep/er", "../../dir/up")
                .link("opt", "/opt/nodejs")
                .build();
        int unpacked = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            var outside = Files.createDirectories(temporary.resolve("round" + seed));
            var root = Files.createDirectories(outside.resolve("a/b/root"));
            try {
                unpack(mutate(original.clone(), new Random(seed)), root);
                unpacked++;
            } catch (ApiException _) {
                // What was written before stays where it may.
            } catch (IOException | RuntimeException e) {
                throw new AssertionError("Seed " + seed, e);
            }
            assertNothingOutside(outside, root);
        }

        assertThat(unpacked).as("some mutations break nothing").isGreaterThan(ROUNDS / 50);
    }

    private static void unpack(byte[] zip, Path root) throws IOException {
        DeploymentPackage.walk(zip, LIMITS, new Unpacker(root));
    }

    /// Mostly where names, modes and targets are.
    private static byte[] mutate(byte[] zip, Random random) {
        var words = new String[] {"..", "../", "/", "/etc", "dir", "link", "up", "./", "\\", "\0"};
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(zip.length);
            if (random.nextBoolean()) {
                zip[at] = (byte) random.nextInt();
            } else {
                var word = words[random.nextInt(words.length)];
                for (int j = 0; j < word.length() && at + j < zip.length; j++) {
                    zip[at + j] = (byte) word.charAt(j);
                }
            }
        }
        return zip;
    }

    private static void assertNothingOutside(Path outside, Path root) throws IOException {
        Files.walkFileTree(outside, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                assertThat(directory.startsWith(root) || root.startsWith(directory))
                        .as("%s", directory)
                        .isTrue();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                assertThat(file.startsWith(root)).as("%s", file).isTrue();
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
