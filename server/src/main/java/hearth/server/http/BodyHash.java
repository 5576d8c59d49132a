package hearth.server.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The SHA-256 of a body, taken while the body arrives. Small bodies are hashed by the event loop at their end;
/// large ones piece by piece beside it, so that the loop serves others meanwhile.
final class BodyHash {
    /// Hashing this much costs less than handing it over.
    private static final int SMALL = 64 << 10;

    private static final int PIECE = 256 << 10;

    private final Executor besideLoop;
    private final Consumer<Throwable> onFailure;
    private final MessageDigest digest = sha256();
    // All guarded by this. The digest belongs to whoever set `running`.
    private byte[] buffer = new byte[0];
    private int available;
    private int hashed;
    private boolean running;
    private @Nullable Consumer<byte[]> whenDone;

    /// @param onFailure told, by the thread that met it, of what keeps the hash from being taken
    BodyHash(Executor besideLoop, Consumer<Throwable> onFailure) {
        this.besideLoop = besideLoop;
        this.onFailure = onFailure;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /// Tells of bytes that have come; those before `count` will not change.
    synchronized void arrived(byte[] bytes, int count) {
        buffer = bytes;
        available = count;
        if (!running && available - hashed >= PIECE) {
            running = true;
            besideLoop.execute(this::run);
        }
    }

    /// The body is whole. `then` is called with the hash, at once or from another thread.
    void finish(byte[] bytes, int count, Consumer<byte[]> then) {
        synchronized (this) {
            buffer = bytes;
            available = count;
            if (running || available - hashed > SMALL) {
                whenDone = then;
                if (!running) {
                    running = true;
                    besideLoop.execute(this::run);
                }
                return;
            }
        }
        digest.update(bytes, hashed, count - hashed);
        then.accept(digest.digest());
    }

    private void run() {
        try {
            hash();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    private void hash() {
        while (true) {
            byte[] bytes;
            int from;
            int to;
            Consumer<byte[]> then;
            synchronized (this) {
                bytes = buffer;
                from = hashed;
                to = available;
                then = whenDone;
                if (from == to && then == null) {
                    running = false;
                    return;
                }
            }
            if (from == to && then != null) {
                then.accept(digest.digest());
                return;
            }
            digest.update(bytes, from, to - from);
            synchronized (this) {
                hashed = to;
            }
        }
    }
}
