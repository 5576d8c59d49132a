package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.ApiException;
import hearth.model.api.RequestBody;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Connections that come by another way, as those of functions do, with a service of their own.
@ExtendWith(NoLeaks.class)
class AdoptedConnectionsTest {
    private static final int CONNECTIONS = 10;

    private final ListenerUnderTest server = new ListenerUnderTest(
            HttpLimits.defaults().withConnections(CONNECTIONS).withMemoryTime(Duration.ofSeconds(1)));
    private Channel another;

    private record Named(String name) implements Service {
        @Override
        public RequestHandler admit(RequestHead head, Exchange exchange) {
            return new RequestHandler() {
                @Override
                public int bodyLimit() {
                    return 64 << 20;
                }

                @Override
                public ApiException tooLarge() {
                    throw new IllegalStateException("No test sends so much");
                }

                @Override
                public boolean hashesBody() {
                    return false;
                }

                @Override
                public void serve(RequestBody body, byte[] sha256) {
                    exchange.answer(new HttpResponse(200, Map.of(), name.getBytes(StandardCharsets.UTF_8)));
                }
            };
        }

        @Override
        public HttpResponse refusal(ApiException refusal) {
            return new HttpResponse(refusal.error().status(), Map.of(), new byte[0]);
        }

        @Override
        public HttpResponse fault() {
            return new HttpResponse(500, Map.of(), new byte[0]);
        }
    }

    @BeforeEach
    void listen() {
        var loop = server.loops.next();
        another = new EpollServerSocketChannel();
        another.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                server.listener.adopt((Channel) message, loop, new Named("for functions"));
            }
        });
        loop.register(another).syncUninterruptibly();
        another.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).syncUninterruptibly();
    }

    @AfterEach
    void stop() {
        another.close().syncUninterruptibly();
        server.close();
    }

    private RawClient function() {
        return new RawClient((InetSocketAddress) another.localAddress());
    }

    @Test
    void areServedByTheServiceThatTheyCameTo() {
        try (var function = function();
                var outside = server.connect()) {
            function.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(function.read().text()).isEqualTo("for functions");
            function.send("nonsense\r\n\r\n");
            assertThat(function.read().status()).isEqualTo(400);

            assertThat(outside.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read().text())
                    .isNotEqualTo("for functions");
        }
    }

    @Test
    void leaveHalfOfTheConnectionsToOthers() {
        var functions = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                functions.add(function());
                functions.getLast().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").read();
            }
            try (var tooMany = function();
                    var outside = server.connect()) {
                assertThat(tooMany.isEnded()).isTrue();
                assertThat(outside.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                                .read()
                                .status())
                        .isEqualTo(200);
            }
        } finally {
            functions.forEach(RawClient::close);
        }
        Await.until("all are gone", () -> server.listener.connections() == 0);
    }

    @Test
    void leaveHalfOfTheMemoryForBodiesToOthers() {
        int most = (int) (ListenerUnderTest.BODY_MEMORY.count() / 2);
        try (var first = function();
                var second = function();
                var other = server.connect()) {
            for (var function : List.of(first, second)) {
                function.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + most / 2 + "\r\n\r\n");
            }
            Await.until("one of them waits", () -> server.memory.waiting() == 1);
            other.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + EchoService.LIMIT + "\r\n\r\n");
            other.send(new byte[EchoService.LIMIT]);

            assertThat(other.read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(429);
        }
        Await.until("the memory is free again", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
    }

    @Test
    void giveBackWhatTheyHeld() {
        for (int i = 0; i < 3; i++) {
            try (var function = function()) {
                function.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
                function.send(new byte[20_000_000]);
                assertThat(function.read().text()).isEqualTo("for functions");
            }
        }
        Await.until("the memory is free again", () -> server.memory.left() == ListenerUnderTest.BODY_MEMORY.count());
    }
}
