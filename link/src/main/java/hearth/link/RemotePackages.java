package hearth.link;

import hearth.link.message.Message;
import hearth.link.message.Message.PackageCredit;
import hearth.link.message.Message.PackageFailed;
import hearth.link.message.Message.PackageFound;
import hearth.link.message.Message.PackageMessage;
import hearth.link.message.Message.PackagePart;
import hearth.link.message.Message.PackageUnwanted;
import hearth.link.message.Message.PackageWanted;
import hearth.model.CodeDigest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/// The deployment packages that one member has, as a worker gets them: part by part, over the connection that all
/// messages take.
final class RemotePackages {
    /// The longest wait for the next part.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Predicate<Message> post;
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, Request> open = new ConcurrentHashMap<>();

    /// @param post sends a message; false when nobody is there
    RemotePackages(Predicate<Message> post) {
        this.post = post;
    }

    /// A question to the frontend, and what it has answered so far. Used by one thread.
    private final class Request implements AutoCloseable {
        private final long number = requests.incrementAndGet();
        private final BlockingQueue<PackageMessage> answers = new LinkedBlockingQueue<>();
        private boolean isOver;

        Request(CodeDigest digest, boolean bytes) throws IOException {
            open.put(number, this);
            if (!post.test(new PackageWanted(number, digest, bytes))) {
                isOver = true;
                close();
                throw new IOException("this worker is not connected to its frontend");
            }
        }

        PackageMessage next() throws IOException {
            PackageMessage answer;
            try {
                answer = answers.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("nobody waits for the package any more");
            }
            if (answer instanceof PackageFailed(var _, var missing, var reason)) {
                isOver = true;
                throw missing ? new FileNotFoundException(reason) : new IOException(reason);
            }
            if (answer == null) {
                throw new IOException("the frontend sent nothing of the package for " + PATIENCE.toSeconds() + " s");
            }
            return answer;
        }

        CodeDigest content() throws IOException {
            if (next() instanceof PackageFound(var _, var content)) {
                return content;
            }
            throw new IOException("the frontend sent a package before it said which");
        }

        /// @return no bytes behind the last
        byte[] part(long before) throws IOException {
            if (before > 0) {
                var _ = post.test(new PackageCredit(number, before));
            }
            if (next() instanceof PackagePart(var _, var bytes)) {
                isOver = bytes.length == 0;
                return bytes;
            }
            throw new IOException("the frontend sent something that is no part of a package");
        }

        @Override
        public void close() {
            open.remove(number);
            if (!isOver) {
                isOver = true;
                var _ = post.test(new PackageUnwanted(number));
            }
        }
    }

    CodeDigest content(CodeDigest digest) throws IOException {
        try (var request = new Request(digest, false)) {
            var content = request.content();
            request.isOver = true;
            return content;
        }
    }

    /// A package that has begun to come.
    ///
    /// @param content the digest that its bytes must have
    record Opened(CodeDigest content, InputStream bytes) {}

    Opened open(CodeDigest digest) throws IOException {
        var request = new Request(digest, true);
        try {
            return new Opened(request.content(), new PackageStream(request));
        } catch (IOException | RuntimeException | Error e) {
            request.close();
            throw e;
        }
    }

    /// The bytes of a package, as they come.
    private static final class PackageStream extends InputStream {
        private final Request request;
        private byte[] part = {};
        private int at;
        private long parts;
        private boolean isOver;

        PackageStream(Request request) {
            this.request = request;
        }

        @Override
        public int read() throws IOException {
            return fill() ? part[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, part.length - at);
            System.arraycopy(part, at, into, offset, count);
            at += count;
            return count;
        }

        /// Whether there is a byte to be read.
        private boolean fill() throws IOException {
            if (at == part.length && !isOver) {
                part = request.part(parts++);
                at = 0;
                isOver = part.length == 0;
            }
            return at < part.length;
        }

        @Override
        public void close() {
            request.close();
        }
    }

    /// What the frontend answers. On the connection's loop.
    void received(PackageMessage message) {
        var request = open.get(message.request());
        if (request != null) {
            request.answers.add(message);
        }
    }

    /// The connection is lost: nothing more comes of what was asked for.
    void lost() {
        open.forEach((number, request) ->
                request.answers.add(new PackageFailed(number, false, "the connection to the frontend was lost")));
    }
}
