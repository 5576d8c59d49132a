package hearth.server.http;

import hearth.model.memory.MemoryBudget;
import hearth.server.http.ResponseEncoder.Persistence;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the answers of one connection, one after the other, and counts the memory of what its client has not
/// taken.
///
/// Used on the connection's event loop only.
final class AnswerWriter {
    private final Channel channel;
    private final ResponseEncoder encoder;
    private final MemoryBudget budget;
    private final Executor besideLoops;
    private boolean heldBack;
    private boolean wrote;
    private long memory;
    /// Whether the end of what is unsent will be noticed.
    private boolean watching;
    /// Sends the answer that is made or read piece by piece; null at all other times.
    private @Nullable AnswerSender sender;

    AnswerWriter(Channel channel, ResponseEncoder encoder, MemoryBudget budget, Executor besideLoops) {
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
            countMemory();
        }
    }

    void write(ByteBuf part) {
        var _ = channel.write(part, channel.voidPromise());
        if (heldBack) {
            wrote = true;
        } else {
            channel.flush();
            countMemory();
        }
    }

    void write(HttpResponse response, Exchange exchange, Persistence persistence) {
        for (var part : encoder.encode(channel.alloc(), response, exchange, persistence)) {
            write(part);
        }
    }

    void write(FileResponse response, Exchange exchange, Persistence persistence, Consumer<AnswerProgress> progress) {
        long length = response.length();
        write(encoder.encodeHead(channel.alloc(), response, length, exchange, persistence));
        var file = new FileSender(response, channel, besideLoops, progress);
        sender = file;
        countMemory();
        file.start(exchange.toHead() ? 0 : length);
    }

    /// Writes the head of an answer whose body is made while it is sent.
    void begin(
            int status,
            Map<String, String> headers,
            List<String> cookies,
            Exchange exchange,
            Persistence persistence,
            boolean chunked,
            BodySender body) {
        write(encoder.encodeHead(channel.alloc(), status, headers, cookies, exchange, persistence, chunked));
        sender = body;
    }

    /// Counts what lies in the channel because its client has not taken it, and what a sender holds besides.
    void countMemory() {
        if (wrote && channel.isActive()) {
            // It is about to be flushed.
            return;
        }
        var unsent = channel.unsafe().outboundBuffer();
        long now = unsent == null ? 0 : unsent.totalPendingWriteBytes();
        if (now > 0 && !watching) {
            watching = true;
            var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> countLater());
        }
        if (sender instanceof FileSender) {
            now += FileSender.PIECE;
        }
        if (now > memory) {
            budget.hold(now - memory);
        } else {
            budget.giveBack(memory - now);
        }
        memory = now;
    }

    /// The channel counts what it has written only after it has told of it.
    private void countLater() {
        Runnable count = () -> {
            watching = false;
            countMemory();
        };
        if (channel.isActive()) {
            channel.eventLoop().execute(count);
        } else {
            count.run();
        }
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
        if (sender != null) {
            sender.close();
            sender = null;
        }
        countMemory();
    }
}
