package hearth.worker.logs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Reads the output of a process on the environment's event loop, and gives it to its log.
///
/// Reads one piece for each turn of the loop, so that a flood holds up nobody else, and stops while the log
/// cannot keep up: then the pipe fills, and the function waits.
public final class OutputPipe {
    private static final System.Logger LOG = System.getLogger(OutputPipe.class.getName());
    private static final int PIECE = 64 << 10;
    /// At the end of an invocation what is there is read at once, but a process that never stops printing gets
    /// no more.
    private static final int MAX_DRAIN = 256 << 10;

    private static final FastThreadLocal<ByteBuf> BUFFERS = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return Unpooled.directBuffer(PIECE, PIECE);
        }

        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    private final IoEventLoop loop;
    private final FileDescriptor descriptor;
    private final OutputSink sink;
    private final LogStream stream;
    private final Executor guarded;
    private final Handle handle = new Handle();
    private @Nullable IoRegistration registration;
    private boolean ended;

    private OutputPipe(IoEventLoop loop, int descriptor, OutputSink sink, LogStream stream, Executor guarded) {
        this.loop = loop;
        this.descriptor = new FileDescriptor(descriptor);
        this.sink = sink;
        this.stream = stream;
        this.guarded = guarded;
    }

    /// Begins to read. To be called on the loop, as is all else.
    ///
    /// @param descriptor non-blocking; stays the caller's, who calls `close` before closing it
    /// @param guarded takes a step at once, and sees to its failure; after one nothing more is read
    public static OutputPipe open(IoEventLoop loop, int descriptor, FunctionLog log, Executor guarded) {
        var pipe = new OutputPipe(loop, descriptor, log.output(), log.stream(), guarded);
        pipe.watch();
        return pipe;
    }

    /// Records all that was written before this call.
    public void drain() {
        int total = 0;
        int read;
        do {
            read = readPiece();
            total += read;
        } while (read > 0 && total < MAX_DRAIN);
        sink.flush();
    }

    /// Forgets the pipe.
    public void close() {
        ended = true;
        unwatch();
        sink.close();
    }

    private void watch() {
        if (!ended && registration == null) {
            var watched = loop.register(handle);
            registration = watched.getNow();
            if (registration == null) {
                throw new IllegalStateException("The output of a process cannot be watched", watched.cause());
            }
            registration.submit(EpollIoOps.EPOLLIN);
        }
    }

    private void unwatch() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    private void readable() {
        boolean well = false;
        try {
            readPiece();
            if (!ended && stream.congested()) {
                unwatch();
                stream.whenDrained(() -> loop.execute(() -> guarded.execute(this::watch)));
            }
            well = true;
        } finally {
            if (!well) {
                // It would be "readable" again at once, and fail again.
                ended = true;
                unwatch();
            }
        }
    }

    /// @return how many bytes were read; 0 if there was nothing, or never will be
    private int readPiece() {
        if (ended) {
            return 0;
        }
        var buffer = BUFFERS.get().clear();
        try {
            int read = descriptor.readAddress(buffer.memoryAddress(), 0, PIECE);
            if (read > 0) {
                sink.accept(buffer.writerIndex(read));
                return read;
            }
            if (read < 0) {
                // All writers are gone. The pipe would be "readable" for ever.
                ended = true;
                unwatch();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Cannot read a function's output", e);
            ended = true;
            unwatch();
        }
        return 0;
    }

    private final class Handle implements EpollIoHandle {
        private final Runnable readable = OutputPipe.this::readable;

        @Override
        public FileDescriptor fd() {
            return descriptor;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            guarded.execute(readable);
        }

        @Override
        public void close() {
            // The descriptor is the process's.
        }
    }
}
