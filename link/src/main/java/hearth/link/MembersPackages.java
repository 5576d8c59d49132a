package hearth.link;

import hearth.model.CodeDigest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The deployment packages of a cluster: each comes from any member that has it, and from another when that one fails
/// or is lost in the middle of it.
record MembersPackages(Supplier<List<FrontLink>> members) implements PackageShelf {
    @Override
    public CodeDigest content(CodeDigest digest) throws IOException {
        return new Tries().first(from -> from.content(digest));
    }

    @Override
    public InputStream open(CodeDigest digest) throws IOException {
        var tries = new Tries();
        return new ContinuedStream(digest, tries, tries.first(from -> from.open(digest)));
    }

    private interface Question<T> {
        T ask(RemotePackages packages) throws IOException;
    }

    /// The members that can be asked still.
    private final class Tries {
        private final Deque<FrontLink> left = new ArrayDeque<>(members.get());
        private @Nullable IOException why;

        <T> T first(Question<T> question) throws IOException {
            while (!left.isEmpty()) {
                try {
                    return question.ask(left.poll().packages());
                } catch (InterruptedIOException e) {
                    throw e;
                } catch (IOException e) {
                    failed(e);
                }
            }
            throw why == null ? new IOException("this worker is not connected to its frontend") : why;
        }

        /// That one has no such package tells less than that another may have it.
        void failed(IOException e) {
            if (why == null || why instanceof FileNotFoundException) {
                why = e;
            }
        }
    }

    /// The bytes of a package, from one member after the other.
    private static final class ContinuedStream extends InputStream {
        private final CodeDigest digest;
        private final Tries tries;
        private RemotePackages.Opened opened;
        private long at;

        ContinuedStream(CodeDigest digest, Tries tries, RemotePackages.Opened opened) {
            this.digest = digest;
            this.tries = tries;
            this.opened = opened;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            while (true) {
                try {
                    int count = opened.bytes().read(into, offset, length);
                    at += Math.max(0, count);
                    return count;
                } catch (InterruptedIOException e) {
                    throw e;
                } catch (IOException e) {
                    opened.bytes().close();
                    tries.failed(e);
                    opened = tries.first(this::goOn);
                }
            }
        }

        private RemotePackages.Opened goOn(RemotePackages from) throws IOException {
            var next = from.open(digest);
            try {
                if (!next.content().equals(opened.content())) {
                    throw new IOException("members have different packages " + digest.hex());
                }
                next.bytes().skipNBytes(at);
                return next;
            } catch (IOException | RuntimeException | Error e) {
                next.bytes().close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            opened.bytes().close();
        }
    }
}
