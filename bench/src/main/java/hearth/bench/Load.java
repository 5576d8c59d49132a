package hearth.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;

/// A closed-loop HTTP client on one thread: each connection sends its next request when the last was answered.
///
/// Hand-made, so that on a machine shared with the server the client costs little.
final class Load {
    private Load() {}

    /// What a run saw.
    ///
    /// @param errors answers that were not as they should be
    record Result(long requests, long errors, Duration elapsed, long[] sortedNanos) {
        double perSecond() {
            return requests * 1e9 / elapsed.toNanos();
        }

        /// Microseconds below which the given share of the answers came.
        double micros(double share) {
            return sortedNanos.length == 0
                    ? Double.NaN
                    : sortedNanos[(int) Math.min(sortedNanos.length - 1L, (long) (share * sortedNanos.length))]
                            / 1000.0;
        }
    }

    /// Looks at the answers.
    interface Answers {
        /// Answers of functions that did not fail.
        Answers OK = head -> head.startsWith("http/1.1 200") && !head.contains("x-amz-function-error");

        /// @param head in lower case
        /// @return whether it is as it should be
        boolean isGood(String head);
    }

    /// Sends the same request over and over, on all connections at once, for the given time.
    static Result run(InetSocketAddress server, byte[] request, int connections, Duration time) throws IOException {
        return run(server, request, connections, time, Long.MAX_VALUE, Answers.OK);
    }

    /// @param most after how many requests it ends, if the time is not over before; at least one for each connection.
    ///     All that were sent are answered
    static Result run(
            InetSocketAddress server, byte[] request, int connections, Duration time, long most, Answers answers)
            throws IOException {
        try (var selector = Selector.open()) {
            var clients = new ArrayList<Connection>();
            for (int i = 0; i < connections; i++) {
                clients.add(new Connection(server, selector, request));
            }
            var samples = new Samples();
            var start = System.nanoTime();
            var end = start + time.toNanos();
            for (var client : clients) {
                client.send();
            }
            long sent = connections;
            var open = connections;
            while (open > 0) {
                selector.select(1000);
                for (var key : selector.selectedKeys()) {
                    var client = (Connection) key.attachment();
                    if (client.answered()) {
                        samples.add(System.nanoTime() - client.sent, !answers.isGood(client.head));
                        if (sent < most && System.nanoTime() < end) {
                            client.send();
                            sent++;
                        } else {
                            client.close();
                            open--;
                        }
                    }
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() > end + 30_000_000_000L) {
                    throw new IOException(open + " connections were not answered within 30 s");
                }
            }
            return samples.result(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static final class Samples {
        private long[] nanos = new long[1 << 16];
        private int count;
        private long errors;

        void add(long duration, boolean failed) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = duration;
            if (failed) {
                errors++;
            }
        }

        Result result(Duration elapsed) {
            var sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return new Result(count, errors, elapsed, sorted);
        }
    }

    private static final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer request;
        private final ByteBuffer answer = ByteBuffer.allocateDirect(1 << 16);
        private long sent;
        private String head = "";

        Connection(InetSocketAddress server, Selector selector, byte[] request) throws IOException {
            this.request = ByteBuffer.allocateDirect(request.length).put(request);
            channel = SocketChannel.open(server);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void send() throws IOException {
            request.rewind();
            answer.clear();
            sent = System.nanoTime();
            while (request.hasRemaining()) {
                channel.write(request);
            }
        }

        /// Reads what there is; true once the answer is whole.
        boolean answered() throws IOException {
            if (channel.read(answer) < 0) {
                throw new IOException("The server closed the connection");
            }
            var text = StandardCharsets.ISO_8859_1
                    .decode(answer.duplicate().flip())
                    .toString();
            var end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return false;
            }
            head = text.substring(0, end).toLowerCase(java.util.Locale.ROOT);
            var at = head.indexOf("content-length: ");
            if (at < 0) {
                throw new IOException("An answer without a Content-Length: " + head);
            }
            var stop = head.indexOf('\r', at);
            var length = Integer.parseInt(
                    head.substring(at + 16, stop < 0 ? head.length() : stop).strip());
            return answer.position() >= end + 4 + length;
        }

        void close() throws IOException {
            channel.close();
        }
    }
}
