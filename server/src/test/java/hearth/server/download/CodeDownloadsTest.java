package hearth.server.download;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.cluster.Store;
import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.Region;
import hearth.model.memory.MemoryBudget;
import hearth.server.http.Exchange;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.HttpResponse;
import hearth.server.http.NoLeaks;
import hearth.server.http.RawClient;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.Service;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class CodeDownloadsTest {
    private static final byte[] ZIP = "the bytes of a zip".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private static final CodeDigest CODE = BlobStore.digestOf(ZIP);

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private volatile Instant now = Instant.parse("2026-02-03T04:05:06Z");
    private final CodeUrls urls = new CodeUrls(List.of(new byte[32]), () -> now);
    private final Store store;
    private final HttpListener listener;
    private final RawClient client;

    CodeDownloadsTest(@TempDir Path data) throws IOException {
        store = Store.open(data);
        listener = new HttpListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops,
                new Downloads(new CodeDownloads(urls, store.blobs(), threads, () -> now)),
                HttpLimits.defaults(),
                () -> "the-request",
                threads,
                MemoryBudget.unlimited(),
                MemoryBudget.unlimited(),
                () -> now);
        client = new RawClient(listener.address());
    }

    @BeforeEach
    void keepThePackage() {
        store.blobs().put(ZIP).close();
    }

    @AfterEach
    void close() {
        client.close();
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
        store.close();
    }

    private record Downloads(CodeDownloads downloads) implements Service {
        @Override
        public RequestHandler admit(RequestHead head, Exchange exchange) {
            return downloads.intake(head, exchange);
        }

        @Override
        public HttpResponse refusal(ApiException refusal) {
            return new HttpResponse(400, Map.of(), new byte[0]);
        }

        @Override
        public HttpResponse fault() {
            return new HttpResponse(500, Map.of(), new byte[0]);
        }
    }

    @Test
    void sendsThePackage() {
        var answer = client.send(request("GET", url(CODE))).read();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(ZIP.length));
        assertThat(answer.body()).isEqualTo(ZIP);
    }

    @Test
    void tellsHeadItsSize() {
        var answer = client.send(request("HEAD", url(CODE))).readWithoutBody();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(ZIP.length));
        assertThat(client.send(request("GET", url(CODE))).read().body()).isEqualTo(ZIP);
    }

    @Test
    void refusesAUrlThatHasExpired() {
        var url = url(CODE);
        now = now.plus(CodeUrls.VALID).plus(Duration.ofSeconds(1));

        var answer = client.send(request("GET", url)).read();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("Content-Type")).isEqualTo("application/xml");
        assertThat(answer.text()).isEqualTo("""
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>AccessDenied</Code><Message>Request has expired</Message>\
                <Expires>2026-02-03T04:15:06Z</Expires><ServerTime>2026-02-03T04:15:07Z</ServerTime>\
                <RequestId>the-request</RequestId></Error>""");
    }

    @Test
    void refusesAUrlThatWasMadeUp() {
        var answer = client.send(
                        request("GET", "/_hearth/code/123456789012/" + CODE.hex() + "?Expires=99999999999&Signature=0"))
                .read();

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).isEqualTo("""
                <?xml version="1.0" encoding="UTF-8"?>
                <Error><Code>AccessDenied</Code><Message>Access Denied</Message>\
                <RequestId>the-request</RequestId></Error>""");
    }

    @Test
    void saysThatAPackageIsGone() {
        var answer = client.send(request("GET", url(BlobStore.digestOf(new byte[1]))))
                .read();

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).contains("<Code>NoSuchKey</Code>");
    }

    @Test
    void refusesOtherMethods() {
        var answer = client.send(request("DELETE", url(CODE))).read();

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.text()).contains("<Code>MethodNotAllowed</Code>");
    }

    private String url(CodeDigest code) {
        var caller = new Caller(new AccountId("123456789012"), new Region("eu-north-1"), "http://a");
        var url = URI.create(urls.of(caller, code).orElseThrow());
        return url.getRawPath() + "?" + url.getRawQuery();
    }

    private static String request(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }
}
