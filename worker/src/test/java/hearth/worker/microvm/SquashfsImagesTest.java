package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.worker.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SquashfsImagesTest {
    @TempDir
    Path directory;

    /// A package would have an empty module in it, for as long as its image is kept.
    @Test
    void failsWhereAFileCannotBeRead() throws Exception {
        assumeTrue(SquashfsImages.find().isPresent(), "needs squashfs-tools");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        var code = Files.createDirectory(directory.resolve("code"));
        Files.writeString(code.resolve("secret.py"), "x = 1\n");
        Files.setPosixFilePermissions(code.resolve("secret.py"), PosixFilePermissions.fromString("rw-------"));
        var images = Files.createDirectory(directory.resolve("images"));
        for (var open : List.of(directory, code, images)) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        var program = Files.writeString(
                directory.resolve("mksquashfs"),
                "#!/bin/sh\nexec setpriv --reuid=65534 --clear-groups /usr/bin/mksquashfs \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> new SquashfsImages(program).make(code, images.resolve("image")))
                .hasMessageContaining("mksquashfs of")
                .hasMessageContaining("secret.py");
    }

    @Test
    void whatIsBeingMadeEndsWithTheServer() throws Exception {
        var begun = directory.resolve("begun");
        var program = Files.writeString(directory.resolve("endless"), "#!/bin/sh\n>" + begun + "\nexec sleep 1000\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        var images = new SquashfsImages(program);
        var made = CompletableFuture.runAsync(
                () -> {
                    try {
                        images.make(directory, directory.resolve("image"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofPlatform().start(task));
        Await.until(() -> Files.exists(begun));

        images.end();

        assertThatThrownBy(made::join).hasMessageContaining("mksquashfs of");
        assertThatThrownBy(() -> images.make(directory, directory.resolve("image")))
                .hasMessage("no image is made: the server ends");
    }
}
