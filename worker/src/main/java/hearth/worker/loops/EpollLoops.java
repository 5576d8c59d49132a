package hearth.worker.loops;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/// Netty's epoll, with descriptors that stay in it as long as their channels live.
///
/// Netty (4.2.14 to 4.2.20 at least) takes a descriptor out when nothing is awaited of it, as after the peer's half
/// of a connection has ended, and does not put it in again when something is: an answer that such a peer has no
/// room for at once would be lost.
public final class EpollLoops {
    /// What stands for nothing. Errors are told of in any case; at an edge, so that one that stays wakes nobody again.
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLERR.with(EpollIoOps.EPOLLET);

    private EpollLoops() {}

    public static IoHandlerFactory newFactory() {
        var epoll = EpollIoHandler.newFactory();
        return executor -> new Handler(epoll.newHandler(executor), new LoopLateness());
    }

    private record Handler(IoHandler epoll, LoopLateness lateness) implements IoHandler {
        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return epoll.run(lateness.about(context));
        }

        @Override
        public void prepareToDestroy() {
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(epoll.register(handle));
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return epoll.isCompatible(type);
        }
    }

    private record Registration(IoRegistration epoll) implements IoRegistration {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
        public <T> T attachment() {
            return epoll.attachment();
        }

        @Override
        public long submit(IoOps awaited) {
            return epoll.submit(awaited.equals(EpollIoOps.NONE) ? NOTHING : awaited);
        }

        @Override
        public boolean isValid() {
            return epoll.isValid();
        }

        @Override
        public boolean cancel() {
            return epoll.cancel();
        }
    }
}
