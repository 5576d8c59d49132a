package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class FileResponseTest {
    private static final String GET = "GET /file HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Many pieces, and more than the kernel takes of an answer that nobody reads.
    private static final int LARGE = (40 << 20) + 1;

    private ListenerUnderTest server = new ListenerUnderTest();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void sendsAFileByteForByteAndServesTheNextRequest() {
        var content = write(LARGE);
        try (var client = server.connect()) {
            var answer = client.send(GET).read();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(LARGE));
            assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
            assertThat(answer.body()).isEqualTo(content);
            assertThat(client.send(HttpListenerTest.post("/", "next")).read().text())
                    .isEqualTo("next");
            assertEveryFileIsClosed();
        }
    }

    @Test
    void sendsFilesAmongPipelinedAnswersInTheirOrder() {
        var content = write(300_000);
        try (var client = server.connect()) {
            client.send(GET + HttpListenerTest.post("/late", "one") + GET + HttpListenerTest.post("/", "two"))
                    .endOutput();

            assertThat(client.read().body()).isEqualTo(content);
            assertThat(client.read().text()).isEqualTo("one");
            assertThat(client.read().body()).isEqualTo(content);
            assertThat(client.read().text()).isEqualTo("two");
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void sendsAnEmptyFile() {
        write(0);
        try (var client = server.connect()) {
            assertThat(client.send(GET).read().header("Content-Length")).isEqualTo("0");
            assertThat(client.send(HttpListenerTest.post("/", "next")).read().text())
                    .isEqualTo("next");
        }
    }

    @Test
    void tellsHeadTheLengthAlone() {
        write(300_000);
        try (var client = server.connect()) {
            var answer = client.send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n").readWithoutBody();

            assertThat(answer.header("Content-Length")).isEqualTo("300000");
            assertThat(client.send(HttpListenerTest.post("/", "next")).read().text())
                    .isEqualTo("next");
            assertEveryFileIsClosed();
        }
    }

    @Test
    void closesTheConnectionAfterTheFileWhenAskedTo() {
        var content = write(300_000);
        try (var client = server.connect()) {
            var answer = client.send("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .read();

            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.body()).isEqualTo(content);
            assertThat(client.isEnded()).isTrue();
        }
    }

    @Test
    void letsOthersBeServedWhileAClientReadsNothing() {
        write(LARGE);
        try (var slow = server.connect();
                var quick = server.connect()) {
            slow.send(GET);
            Await.until("the file is open", () -> !server.service.openedFiles.isEmpty());

            assertThat(quick.send(HttpListenerTest.post("/", "quick")).read().text())
                    .isEqualTo("quick");
            assertThat(slow.read().body()).hasSize(LARGE);
        }
    }

    @Test
    void closesTheFileOfAClientThatHungUp() {
        write(LARGE);
        try (var client = server.connect()) {
            client.send(GET);
            Await.until("the file is open", () -> !server.service.openedFiles.isEmpty());
            client.reset();
        }

        Await.until("no connection is left", () -> server.listener.connections() == 0);
        assertEveryFileIsClosed();
    }

    @Test
    void givesUpAClientThatTakesNothing() {
        server.close();
        server = new ListenerUnderTest(HttpLimits.defaults().withProgressTime(Duration.ofMillis(200)));
        write(LARGE);
        try (var client = server.connect()) {
            client.send(GET);

            Await.until("the file was opened", () -> !server.service.openedFiles.isEmpty());
            Await.until("no connection is left", () -> server.listener.connections() == 0);
            assertEveryFileIsClosed();
        }
    }

    @Test
    void cutsTheConnectionWhenTheFileIsShorterThanItWas() throws IOException {
        write(LARGE);
        try (var client = server.connect()) {
            client.send(GET);
            Await.until("the file is open", () -> !server.service.openedFiles.isEmpty());

            try (var file = FileChannel.open(server.service.file, StandardOpenOption.WRITE)) {
                var _ = file.truncate(1);
            }

            assertThat(client.read().body()).hasSizeLessThan(LARGE);
            assertThat(client.isEnded()).isTrue();
            assertEveryFileIsClosed();
        }
    }

    private void assertEveryFileIsClosed() {
        Await.until("every file is closed", () -> server.service.openedFiles.stream()
                .noneMatch(FileChannel::isOpen));
    }

    private byte[] write(int size) {
        var content = new byte[size];
        new Random(size).nextBytes(content);
        try {
            server.service.file = Files.write(folder.resolve("content"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return content;
    }
}
