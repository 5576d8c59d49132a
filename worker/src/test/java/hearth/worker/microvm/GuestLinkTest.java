package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GuestLinkTest {
    private final AtomicLong now = new AtomicLong();
    private Pair sockets;
    private GuestLink link;
    private boolean guestIsGone;

    @BeforeEach
    void connect() throws Exception {
        sockets = Descriptors.streamSockets();
        link = new GuestLink(sockets.reading(), now::get);
    }

    @AfterEach
    void disconnect() {
        Descriptors.close(sockets.reading());
        if (!guestIsGone) {
            Descriptors.close(sockets.writing());
        }
    }

    private void guestSends(byte[] bytes) throws IOException {
        assertThat(Descriptors.write(sockets.writing(), bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }

    private static byte[] frame(char kind, String text) {
        var content = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) kind)
                .putInt(content.length)
                .put(content)
                .array();
    }

    @Test
    void hearsFramesHoweverTheyAreCut() throws Exception {
        var bytes = frame('L', "P 17");
        assertThat(link.poll()).isEmpty();

        for (var each : bytes) {
            assertThat(link.poll()).isEmpty();
            guestSends(new byte[] {each});
        }
        assertThat(link.poll()).contains(new GuestLink.Frame('L', "P 17"));
        assertThat(link.poll()).isEmpty();

        var two = ByteBuffer.allocate(100).put(frame('M', "1 0")).put(frame('R', ""));
        guestSends(java.util.Arrays.copyOf(two.array(), two.position()));
        assertThat(link.poll()).contains(new GuestLink.Frame('M', "1 0"));
        assertThat(link.poll()).contains(new GuestLink.Frame('R', ""));
    }

    @Test
    void tellsOfTheEndAfterAllThatWasSaid() throws Exception {
        guestSends(frame('L', "X 0"));
        Descriptors.close(sockets.writing());
        guestIsGone = true;

        assertThat(link.poll()).contains(new GuestLink.Frame('L', "X 0"));
        assertThatThrownBy(link::poll).isInstanceOf(EOFException.class);
    }

    @Test
    void takesNoFrameThatIsTooLongOrOfNoKind() throws Exception {
        guestSends(new byte[] {'L', 0x7f, 0, 0, 0});
        assertThatThrownBy(link::poll).hasMessageContaining("with 2130706432 bytes");
        disconnect();

        connect();
        guestSends(new byte[] {'L', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
        assertThatThrownBy(link::poll).hasMessageContaining("with -1 bytes");
        disconnect();

        connect();
        guestSends(frame('Q', ""));
        assertThatThrownBy(link::poll).hasMessageContaining("of kind 81");
    }

    @Test
    void cutsOffAGuestThatFloods() throws Exception {
        var frames = 0;
        try {
            while (frames < 10_000) {
                guestSends(frame('M', "1 0"));
                assertThat(link.poll()).isPresent();
                frames++;
            }
        } catch (IOException e) {
            assertThat(e).hasMessage("the guest sent more than 1000 frames a second");
        }
        assertThat(frames).isEqualTo(4096);
    }

    @Test
    void bearsAGuestThatSaysMuchInALongTime() throws Exception {
        for (var i = 0; i < 20_000; i++) {
            guestSends(frame('M', "1 0"));
            now.addAndGet(Duration.ofMillis(1).toNanos());
            assertThat(link.poll()).isPresent();
        }
    }

    @Test
    void sendsFrames() throws Exception {
        link.send('S', "words".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(10));

        var buffer = new byte[100];
        var length = Descriptors.read(sockets.writing(), buffer);
        assertThat(java.util.Arrays.copyOf(buffer, length)).isEqualTo(frame('S', "words"));
    }

    @Test
    void doesNotWaitForAGuestThatTakesNothing() {
        var real = new GuestLink(sockets.reading(), System::nanoTime);

        assertThatThrownBy(() -> real.send('S', new byte[8 << 20], Duration.ofMillis(100)))
                .hasMessage("the guest takes no orders");
    }
}
