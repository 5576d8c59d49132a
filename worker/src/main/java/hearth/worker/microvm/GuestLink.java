package hearth.worker.microvm;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The conversation with pid 1 of a microVM, in frames on a stream of bytes (`guest/microvm/microvm.h`).
///
/// The other side may be in the hands of whoever broke the guest's kernel: frames have a size and a rate that they may
/// not exceed, and nothing here waits for the guest longer than is said.
///
/// One thread at a time may read, and one write.
public final class GuestLink {
    private static final int HEADER = 5;
    private static final int LONGEST = 1200;
    private static final String KINDS = "PNRLMUE";

    /// What a guest says in a second, and at most at once: memory that grows is told in steps of 256 KiB.
    private static final int FRAMES_PER_SECOND = 1000;

    private static final int MOST_AT_ONCE = 4096;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final int fd;
    private final LongSupplier nanos;
    private final ByteBuffer received = ByteBuffer.allocate(1 << 14);
    private long allowance = MOST_AT_ONCE * SECOND;
    private long allowanceAt;

    /// @param kind `P` prepared, `N` connected, `R` ready, `L` of the launcher or of the program's end, `U` a program
    ///     that waits is up, `M` memory, `E` the machine is of no use
    public record Frame(char kind, String text) {}

    /// @param fd a stream that does not block; stays the caller's
    public GuestLink(int fd, LongSupplier nanos) {
        this.fd = fd;
        this.nanos = nanos;
        this.allowanceAt = nanos.getAsLong();
        received.flip();
    }

    /// The next frame, if all of it has come. Does not block.
    ///
    /// @throws EOFException once the machine has ended
    /// @throws IOException if the guest does not keep to what it may say
    public Optional<Frame> poll() throws IOException {
        var frame = frame();
        while (frame.isEmpty() && fill()) {
            frame = frame();
        }
        return frame;
    }

    private Optional<Frame> frame() throws IOException {
        if (received.remaining() < HEADER) {
            return Optional.empty();
        }
        var start = received.position();
        var kind = (char) (received.get(start) & 0xff);
        var length = received.getInt(start + 1);
        if (KINDS.indexOf(kind) < 0 || length < 0 || length > LONGEST) {
            throw new IOException("the guest sent a frame of kind %d with %d bytes".formatted((int) kind, length));
        }
        if (received.remaining() < HEADER + length) {
            return Optional.empty();
        }
        spend();
        var content = new byte[length];
        received.get(start + HEADER, content);
        received.position(start + HEADER + length);
        return Optional.of(new Frame(kind, new String(content, StandardCharsets.UTF_8)));
    }

    private void spend() throws IOException {
        var now = nanos.getAsLong();
        allowance = Math.min(MOST_AT_ONCE * SECOND, allowance + (now - allowanceAt) * FRAMES_PER_SECOND);
        allowanceAt = now;
        allowance -= SECOND;
        if (allowance < 0) {
            throw new IOException("the guest sent more than %d frames a second".formatted(FRAMES_PER_SECOND));
        }
    }

    /// @return whether anything came
    private boolean fill() throws IOException {
        received.compact();
        try {
            var piece = new byte[Math.min(received.remaining(), 8192)];
            var length = Descriptors.read(fd, piece);
            if (length == 0) {
                throw new EOFException("the microVM has ended");
            }
            received.put(piece, 0, length);
            return true;
        } catch (LinuxException e) {
            if (e.is("EAGAIN") || e.is("EINTR")) {
                return false;
            }
            if (e.is("ECONNRESET")) {
                throw new EOFException("the microVM has ended");
            }
            throw e;
        } finally {
            received.flip();
        }
    }

    /// Sends a frame.
    ///
    /// @throws IOException if the guest has not taken all of it in time, after which the link is of no use
    public void send(char kind, byte[] content, Duration patience) throws IOException {
        var frame = ByteBuffer.allocate(HEADER + content.length)
                .put((byte) kind)
                .putInt(content.length)
                .put(content)
                .array();
        var deadline = nanos.getAsLong() + patience.toNanos();
        for (var sent = 0; sent < frame.length; ) {
            var left = Duration.ofNanos(deadline - nanos.getAsLong()).toMillis();
            if (left <= 0 || !Descriptors.awaitWritable(fd, (int) left)) {
                throw new IOException("the guest takes no orders");
            }
            sent += write(frame, sent);
        }
    }

    private int write(byte[] frame, int from) throws IOException {
        try {
            return Descriptors.write(fd, frame, from, Math.min(frame.length - from, 1 << 16));
        } catch (LinuxException e) {
            if (e.is("EAGAIN") || e.is("EINTR")) {
                return 0;
            }
            if (e.is("EPIPE") || e.is("ECONNRESET")) {
                throw new EOFException("the microVM has ended");
            }
            throw e;
        }
    }
}
