package hearth.server.http;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestBody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/// Answers each request with its own body. Some paths do more: `/refused`, `/fault`, `/out-of-memory`, `/slow`
/// (until `release`), `/hash`, `/empty`, `/large` (6 MiB), `/head-fault`, `/late` (answers from another thread),
/// `/file` (the test's), `/stream` (which the test writes).
final class EchoService implements Service {
    static final int LIMIT = 6 << 20;

    /// Whoever asks for `/file` gets it.
    volatile Path file = Path.of("");

    /// The bodies of those who asked for `/stream`.
    final BlockingQueue<StreamedBody> streams = new LinkedBlockingQueue<>();

    final List<FileChannel> openedFiles = new CopyOnWriteArrayList<>();

    final CountDownLatch slowRequestCame = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public RequestHandler admit(RequestHead head, Exchange exchange) {
        switch (head.path()) {
            case "/refused" -> throw new ApiException(ApiError.UNKNOWN_OPERATION, "No such path");
            case "/head-fault" -> throw new IllegalStateException("A fault that a test asked for");
            case "/head-out-of-memory" -> throw new OutOfMemoryError("As a test asked for");
            default -> {}
        }
        return new RequestHandler() {
            @Override
            public int bodyLimit() {
                return LIMIT;
            }

            @Override
            public ApiException tooLarge() {
                return new ApiException(ApiError.REQUEST_ENTITY_TOO_LARGE, "Too large");
            }

            @Override
            public boolean hashesBody() {
                return head.path().equals("/hash");
            }

            @Override
            public void serve(RequestBody body, byte[] sha256) {
                switch (head.path()) {
                    case "/out-of-memory" -> throw new OutOfMemoryError("As a test asked for");
                    case "/stack-overflow" -> throw new StackOverflowError("As a test asked for");
                    case "/fault" -> throw new IllegalStateException("A fault that a test asked for");
                    case "/large" -> exchange.answer(ok(new byte[LIMIT]));
                    case "/parts" ->
                        exchange.answer(new HttpResponse(
                                200,
                                Map.of(),
                                List.of(),
                                new byte[] {'a'},
                                List.of(
                                        ByteBuffer.wrap(new byte[] {'b', 'c'}, 1, 1),
                                        ByteBuffer.wrap(body.toByteArray()))));
                    case "/empty" -> exchange.answer(new HttpResponse(204, Map.of(), new byte[0]));
                    case "/hash" ->
                        exchange.answer(ok(HexFormat.of().formatHex(sha256).getBytes(StandardCharsets.US_ASCII)));
                    case "/late" -> Thread.ofVirtual().start(() -> exchange.answer(ok(body.toByteArray())));
                    case "/file" -> exchange.answer(openFile());
                    case "/stream" -> streams.add(exchange.begin(200, Map.of("Content-Type", "text/x")));
                    case "/slow" -> {
                        slowRequestCame.countDown();
                        Thread.ofVirtual().start(() -> {
                            awaitRelease();
                            exchange.answer(ok(body.toByteArray()));
                        });
                    }
                    default -> exchange.answer(ok(body.toByteArray()));
                }
            }
        };
    }

    private FileResponse openFile() {
        try {
            var opened = FileChannel.open(file);
            openedFiles.add(opened);
            return new FileResponse(200, Map.of("Content-Type", "application/zip"), opened);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitRelease() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpResponse ok(byte[] body) {
        return new HttpResponse(200, Map.of("Content-Type", "application/octet-stream"), body);
    }

    @Override
    public HttpResponse refusal(ApiException refusal) {
        var response = ApiResponse.of(refusal);
        var headers = new LinkedHashMap<>(response.headers());
        headers.put("Content-Type", ApiResponse.JSON);
        return new HttpResponse(response.status(), headers, response.body());
    }

    @Override
    public HttpResponse fault() {
        return new HttpResponse(500, Map.of(), "{}".getBytes(StandardCharsets.US_ASCII));
    }
}
