package hearth.server.http;

import hearth.model.memory.MemoryBudget;
import hearth.server.http.ResponseEncoder.Persistence;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The request that a connection reads or answers: the answer that is owed to it, the handler that serves it, and
/// its body as far as it has come.
///
/// Used on the connection's event loop only.
final class RequestInHand {
    private static final byte[] NO_BYTES = new byte[0];

    private final Exchange exchange;
    private final boolean oldProtocol;
    private boolean keepAlive;
    private @Nullable RequestHandler handler;
    private @Nullable BodyReader body;
    private @Nullable BodyHash hash;

    private RequestInHand(Exchange exchange, boolean keepAlive, boolean oldProtocol) {
        this.exchange = exchange;
        this.keepAlive = keepAlive;
        this.oldProtocol = oldProtocol;
    }

    static RequestInHand of(Exchange exchange, RequestHead head) {
        return new RequestInHand(exchange, head.keepAlive(), head.minorVersion() == 0);
    }

    /// A request of which nothing was understood.
    static RequestInHand unread(Exchange exchange) {
        return new RequestInHand(exchange, false, false);
    }

    /// The head is admitted, and the body comes.
    ///
    /// @param length of the body, or [BodyLength#CHUNKED]
    /// @param hashing takes the body's hash, if the handler wants it
    void admitted(RequestHandler by, long length, MemoryBudget budget, Supplier<BodyHash> hashing) {
        handler = by;
        body = length == BodyLength.CHUNKED ? BodyReader.chunked(by, budget) : BodyReader.ofLength(length, by, budget);
        hash = by.hashesBody() ? hashing.get() : null;
    }

    Exchange exchange() {
        return exchange;
    }

    RequestHandler handler() {
        return present(handler);
    }

    BodyReader body() {
        return present(body);
    }

    BodyReader.Progress read(ByteBuf in) throws MalformedRequestException {
        var reader = body();
        var progress = reader.read(in);
        if (hash != null && progress == BodyReader.Progress.AWAITS_MORE) {
            hash.arrived(reader.buffer(), reader.count());
        }
        return progress;
    }

    /// The body is whole.
    ///
    /// @param then takes its hash, at once or from another thread; empty unless the handler wants it
    void hash(Consumer<byte[]> then) {
        if (hash == null) {
            then.accept(NO_BYTES);
        } else {
            hash.finish(body().buffer(), body().count(), then);
        }
    }

    void serve(byte[] sha256) {
        handler().serve(body().body(), sha256);
    }

    /// Serves no other request on this connection, unless this one was read to its end.
    void refused(boolean whole) {
        keepAlive &= whole;
    }

    /// Whether its client wants the connection to stay open.
    boolean keepsAlive() {
        return keepAlive;
    }

    /// Whether its client knows nothing of chunks.
    boolean isOldProtocol() {
        return oldProtocol;
    }

    Persistence persistence(boolean stays) {
        if (!stays) {
            return Persistence.CLOSE;
        }
        return oldProtocol || exchange.saysPersistence() ? Persistence.KEEP_ALIVE : Persistence.UNSAID;
    }

    /// Gives the memory of its body back. Safe to repeat.
    void release() {
        if (body != null) {
            body.release();
        }
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("The request was not admitted");
        }
        return part;
    }
}
