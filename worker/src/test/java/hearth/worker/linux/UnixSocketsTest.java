package hearth.worker.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixSocketsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /// An address has room for 108 characters.
    @Test
    void connectsByPathsThatAreLongerThanAnAddress() throws Exception {
        var path = Files.createDirectories(directory.resolve("d".repeat(100)).resolve("e".repeat(100)))
                .resolve("socket");
        var listening = UnixSockets.listen(path);
        assertThat(UnixSockets.accept(listening, Duration.ZERO)).isEmpty();

        var client = UnixSockets.connect(path);
        var server = UnixSockets.accept(listening, PATIENCE).orElseThrow();
        Descriptors.write(client, "hello".getBytes(StandardCharsets.UTF_8), 0, 5);

        assertThat(Descriptors.awaitReadable(server, (int) PATIENCE.toMillis())).isTrue();
        var heard = new byte[10];
        assertThat(Descriptors.read(server, heard)).isEqualTo(5);
        Descriptors.close(client);
        Descriptors.close(server);
        Descriptors.close(listening);
    }

    @Test
    void saysWhetherNobodyIsThereOrNobodyListens() throws Exception {
        var path = directory.resolve("socket");
        assertThatThrownBy(() -> UnixSockets.connect(path))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.is("ENOENT")).isTrue());

        Descriptors.close(UnixSockets.listen(path));

        assertThatThrownBy(() -> UnixSockets.connect(path))
                .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.is("ECONNREFUSED"))
                        .isTrue());
        assertThatThrownBy(() -> UnixSockets.listen(path))
                .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.is("EADDRINUSE"))
                        .isTrue());
    }
}
