package hearth.server.http;

import hearth.server.http.ResponseEncoder.Persistence;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the answers of one connection, one after the other, and counts the memory of what its client has no room for.
///
/// Used on the connection's event loop only.
final class AnswerWriter {
    private final Channel channel;
    private final ResponseEncoder encoder;
    private final BodyBudget budget;
    private final Executor besideLoops;
    private boolean heldBack;
    private boolean wrote;
    private long memory;
    /// Of an answer whose body is sent piece by piece.
    private @Nullable AnswerSender sender;

    AnswerWriter(Channel channel, ResponseEncoder encoder, BodyBudget budget, Executor besideLoops) {
        this.channel = channel;
        this.encoder = encoder;
        this.budget = budget;
        this.besideLoops = besideLoops;
    }

    /// What is written from now on leaves with the next `flush`, in as few system calls as may be.
    void holdBack() {
        heldBack = true;
    }

    void flush() {
        heldBack = false;
        if (wrote) {
            wrote = false;
            channel.flush();
        }
    }

    void write(ByteBuf part) {
        var _ = channel.write(part, channel.voidPromise());
        if (heldBack) {
            wrote = true;
        } else {
            channel.flush();
        }
    }

    void write(HttpResponse response, Exchange exchange, Persistence persistence) {
        for (var part : encoder.encode(channel.alloc(), response, exchange, persistence)) {
            write(part);
        }
        if (!channel.isWritable()) {
            hold(response.body().length);
        }
    }

    void write(FileResponse response, Exchange exchange, Persistence persistence, Consumer<AnswerProgress> progress) {
        long length = response.length();
        write(encoder.encodeHead(channel.alloc(), response, length, exchange, persistence));
        hold(FileSender.PIECE);
        var file = new FileSender(response, channel, besideLoops, progress);
        sender = file;
        file.start(exchange.toHead() ? 0 : length);
    }

    /// Writes the head of an answer whose body is made while it is sent.
    void begin(
            int status,
            Map<String, String> headers,
            Exchange exchange,
            Persistence persistence,
            boolean chunked,
            BodySender body) {
        write(encoder.encodeHead(channel.alloc(), status, headers, exchange, persistence, chunked));
        hold(BodySender.MEMORY);
        sender = body;
    }

    private void hold(long bytes) {
        memory = bytes;
        budget.hold(bytes);
    }

    /// Whether the client has taken so much of the answer that the next may follow.
    boolean isTaken() {
        return sender == null && channel.isWritable();
    }

    /// Bytes of the answer that the kernel was not given yet.
    long unsent() {
        var buffer = channel.unsafe().outboundBuffer();
        long unread = sender == null ? 0 : sender.left();
        return buffer == null ? 0 : unread + buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    /// The answer is out, or given up. Safe to repeat.
    void end() {
        budget.giveBack(memory);
        memory = 0;
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }
}
