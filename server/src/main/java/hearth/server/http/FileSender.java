package hearth.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/// Sends a file piece by piece: when the kernel has taken one, the next is read, beside the event loop, which so waits
/// for no disk and serves others between two pieces.
///
/// All fields belong to the channel's event loop.
final class FileSender implements AnswerSender {
    private static final System.Logger LOG = System.getLogger(FileSender.class.getName());

    /// What is held of a file that is being sent.
    static final int PIECE = 128 << 10;

    private final FileResponse response;
    private final Channel channel;
    private final Executor besideLoops;
    private final Consumer<AnswerProgress> progress;
    private long left;
    private boolean closed;

    FileSender(FileResponse response, Channel channel, Executor besideLoops, Consumer<AnswerProgress> progress) {
        this.response = response;
        this.channel = channel;
        this.besideLoops = besideLoops;
        this.progress = progress;
    }

    void start(long length) {
        left = length;
        next();
    }

    @Override
    public long left() {
        return left;
    }

    private void next() {
        if (closed) {
            return;
        }
        if (left == 0) {
            progress.accept(AnswerProgress.WHOLE);
            return;
        }
        int size = (int) Math.min(left, PIECE);
        besideLoops.execute(() -> {
            try {
                var piece = read(size);
                onEventLoop(() -> send(piece));
            } catch (IOException | RuntimeException | Error e) {
                // One that is closed meanwhile was given up.
                if (!(e instanceof ClosedChannelException)) {
                    LOG.log(Level.ERROR, "A file could not be sent whole", e);
                }
                onEventLoop(this::fail);
            }
        });
    }

    private byte[] read(int size) throws IOException {
        var piece = ByteBuffer.allocate(size);
        while (piece.hasRemaining()) {
            if (response.file().read(piece) < 0) {
                throw new IOException("The file has become shorter");
            }
        }
        return piece.array();
    }

    private void send(byte[] piece) {
        if (closed) {
            return;
        }
        left -= piece.length;
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(piece)).addListener(written -> {
            if (written.isSuccess()) {
                next();
            } else {
                fail();
            }
        });
    }

    private void fail() {
        if (!closed) {
            progress.accept(AnswerProgress.FAILED);
        }
    }

    private void onEventLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it every connection.
            LOG.log(Level.DEBUG, "A piece of a file came after the end", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        response.close();
    }
}
