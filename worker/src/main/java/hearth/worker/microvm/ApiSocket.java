package hearth.worker.microvm;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/// Requests and answers of HTTP/1.1 on one connection, one after the other, as far as Firecracker's server speaks it:
/// bodies have a `Content-Length`, and there are no others.
///
/// Not safe to use from several threads.
final class ApiSocket {
    private static final int LONGEST_HEAD = 8 << 10;
    private static final int LONGEST_BODY = 1 << 20;
    private static final String END_OF_HEAD = "\r\n\r\n";

    private final int fd;
    private final LongSupplier nanos;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /// @param body empty where there is none
    record Answer(int status, String body) {}

    /// @param fd a connection that does not block; stays the caller's
    ApiSocket(int fd, LongSupplier nanos) {
        this.fd = fd;
        this.nanos = nanos;
    }

    /// @param body in JSON; empty for none
    /// @throws IOException if there is no whole answer in time, after which the connection is of no use
    Answer request(String method, String path, String body, Duration patience) throws IOException {
        var deadline = nanos.getAsLong() + patience.toNanos();
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
        head.append("Accept: application/json\r\n");
        if (!body.isEmpty()) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(bytes.length)
                    .append("\r\n");
        }
        send(head + "\r\n" + body, deadline);
        return answer(deadline);
    }

    private void send(String text, long deadline) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (var sent = 0; sent < bytes.length; ) {
            if (!Descriptors.awaitWritable(fd, left(deadline))) {
                throw new IOException("Firecracker takes no requests");
            }
            sent += write(bytes, sent);
        }
    }

    private int write(byte[] bytes, int from) throws IOException {
        try {
            return Descriptors.write(fd, bytes, from, bytes.length - from);
        } catch (LinuxException e) {
            if (e.is("EAGAIN") || e.is("EINTR")) {
                return 0;
            }
            throw ended(e);
        }
    }

    private static IOException ended(LinuxException e) {
        return e.is("EPIPE") || e.is("ECONNRESET") ? new IOException("Firecracker has ended", e) : e;
    }

    private Answer answer(long deadline) throws IOException {
        var end = endOfHead();
        while (end < 0) {
            if (received.size() > LONGEST_HEAD) {
                throw new IOException("Firecracker's answer has a head of more than %d bytes".formatted(LONGEST_HEAD));
            }
            fill(deadline);
            end = endOfHead();
        }
        var head = received.toString(StandardCharsets.ISO_8859_1).substring(0, end);
        var start = end + END_OF_HEAD.length();
        var length = lengthOfBody(head);
        while (received.size() < start + length) {
            fill(deadline);
        }
        var all = received.toByteArray();
        received.reset();
        received.write(all, start + length, all.length - start - length);
        return new Answer(status(head), new String(all, start, length, StandardCharsets.UTF_8));
    }

    private int endOfHead() {
        return received.toString(StandardCharsets.ISO_8859_1).indexOf(END_OF_HEAD);
    }

    private static int status(String head) throws IOException {
        var words = head.split(" ", 3);
        if (words.length >= 2 && words[0].startsWith("HTTP/1.") && words[1].matches("[1-5]\\d\\d")) {
            return Integer.parseInt(words[1]);
        }
        throw new IOException("Firecracker answers what is no HTTP: "
                + head.lines().findFirst().orElse(""));
    }

    private static int lengthOfBody(String head) throws IOException {
        var name = "content-length:";
        var said = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElse("0");
        if (!said.matches("\\d{1,7}") || Integer.parseInt(said) > LONGEST_BODY) {
            throw new IOException("Firecracker answers with a body of length " + said);
        }
        return Integer.parseInt(said);
    }

    private void fill(long deadline) throws IOException {
        if (!Descriptors.awaitReadable(fd, left(deadline))) {
            throw new IOException("Firecracker does not answer");
        }
        var piece = new byte[8192];
        try {
            var length = Descriptors.read(fd, piece);
            if (length == 0) {
                throw new IOException("Firecracker has ended");
            }
            received.write(piece, 0, length);
        } catch (LinuxException e) {
            if (!e.is("EAGAIN") && !e.is("EINTR")) {
                throw ended(e);
            }
        }
    }

    private int left(long deadline) {
        return (int) Duration.ofNanos(Math.max(0, deadline - nanos.getAsLong())).toMillis();
    }
}
