package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SquashfsImagesTest {
    @TempDir
    Path directory;

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
