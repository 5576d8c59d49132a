package hearth.server.urls;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionRecord;
import hearth.cluster.Store;
import hearth.cluster.VersionRecord;
import hearth.control.urls.FunctionUrls;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.AccountId;
import hearth.model.ApiException;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.EphemeralStorage;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.FunctionUrlConfig;
import hearth.model.api.LoggingConfig;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustedHosts;
import hearth.server.auth.TrustingAuthenticator;
import hearth.server.http.AnsweredRequest;
import hearth.server.http.BodylessHandler;
import hearth.server.http.Exchange;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.HttpResponse;
import hearth.server.http.RawClient;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.Service;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// A server of function URLs whose function is whatever a test makes of it. The function `greet` has the alias `live`.
final class UrlServer implements AutoCloseable {
    static final String ID = "0123456789abcdefghijklmnopqrstuv";
    static final FunctionId GREET = new FunctionId(new AccountId("123456789012"), new Region("eu-west-1"), "greet");
    static final String HOST = ID + ".lambda-url.eu-west-1.localhost:9000";

    final Store store;
    final MemoryBudget memory = MemoryBudget.unlimited();
    final long memoryAtRest = memory.left();
    final Queue<Invocation> invocations = new ConcurrentLinkedQueue<>();
    final Queue<AnsweredRequest> records = new ConcurrentLinkedQueue<>();
    final AtomicInteger defects = new AtomicInteger();
    volatile UrlAccess access = (_, _, _, listener) -> listener.accept(UrlAccess.Verdict.ALLOWED);
    /// What becomes of an invocation.
    volatile BiConsumer<Invocation, DispatchListener> function = answering("{}");
    /// Who tells callers; to be changed before the first request.
    volatile Authenticator authenticator =
            new TrustingAuthenticator(new AccountId("000000000000"), _ -> Optional.empty(), InstantSource.system());

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpListener listener;
    /// Finds the functions, as they are now.
    final FunctionResolver resolver;

    UrlServer(Path data) {
        store = Store.open(data);
        store.functions().edit(GREET, edit -> edit.function().isPresent() || created(edit));
        var meter = new InvocationMeter() {
            @Override
            public void defect() {
                defects.incrementAndGet();
            }
        };
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT, store.functions()::resolve, threads, System::nanoTime, meter);
        store.functions().onChange(cache::invalidate);
        resolver = new FunctionResolver(cache, new Random(1), System::nanoTime, meter);
        var index = UrlIndex.of(store.functions(), threads);
        var urls = new FunctionUrlService(
                index,
                new FunctionUrlService.Running(
                        (url, caller, peer, listener) -> access.decide(url, caller, peer, listener),
                        resolver,
                        (_, invocation, _, answer) -> {
                            invocations.add(invocation);
                            function.accept(invocation, answer);
                        },
                        new TraceHeaders(new Random(1), InstantSource.system()),
                        threads,
                        InstantSource.system(),
                        memory,
                        meter));
        try {
            listener = new HttpListener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    loops,
                    new FunctionUrlFront(
                            urls,
                            new Api(),
                            (head, service) -> authenticator.begin(head, service),
                            Optional.of(new TrustedHosts(List.of(), List.of("fn.example")))),
                    HttpLimits.defaults(),
                    () -> UUID.randomUUID().toString(),
                    threads,
                    memory,
                    memory,
                    InstantSource.system());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean created(FunctionEdit edit) {
        edit.create(FunctionRecord.created(GREET, version(FunctionId.LATEST), Map.of()));
        edit.put(version("1"));
        edit.put(AliasConfiguration.builder().name("live").functionVersion("1").build());
        return true;
    }

    /// What stands behind function URLs: the API.
    private final class Api implements Service {
        @Override
        public RequestHandler admit(RequestHead head, Exchange exchange) {
            return new BodylessHandler(() -> exchange.answer(new HttpResponse(299, Map.of(), new byte[0])));
        }

        @Override
        public HttpResponse refusal(ApiException refusal) {
            return HttpResponse.of(refusal);
        }

        @Override
        public HttpResponse fault() {
            return new HttpResponse(500, Map.of(), new byte[0]);
        }

        @Override
        public void answered(AnsweredRequest request) {
            records.add(request);
        }
    }

    RawClient connect() {
        return new RawClient(listener.address());
    }

    /// Sends one request of which the answer is read, with its body.
    RawClient.Answer ask(String request) {
        try (var client = connect()) {
            return client.send(request).read();
        }
    }

    RawClient.Answer get(String path, String... fields) {
        return ask(request("GET", path, "", fields));
    }

    static String request(String method, String path, String body, String... fields) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + HOST + "\r\n");
        for (var field : fields) {
            head.append(field).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return head + "\r\n" + body;
    }

    void url(FunctionUrlConfig.Builder config) {
        url(FunctionId.LATEST, ID, config);
    }

    void url(String qualifier, String id, FunctionUrlConfig.Builder config) {
        edit(function -> function.put(
                FunctionUrls.URL,
                qualifier,
                config.functionUrl("https://" + id + ".lambda-url.eu-west-1.on.aws/")
                        .functionArn(GREET.arn())
                        .build()));
    }

    static FunctionUrlConfig.Builder open() {
        return FunctionUrlConfig.builder()
                .authType("NONE")
                .creationTime("2026-02-03T04:05:06.789Z")
                .lastModifiedTime("2026-02-03T04:05:06.789Z");
    }

    void edit(Consumer<FunctionEdit> change) {
        store.functions().edit(GREET, edit -> {
            change.accept(edit);
            return true;
        });
    }

    static BiConsumer<Invocation, DispatchListener> answering(String payload) {
        return ending(new DispatchOutcome.Answered(bytes(payload), "application/json", null));
    }

    static BiConsumer<Invocation, DispatchListener> ending(DispatchOutcome outcome) {
        return (_, answer) -> answer.ended(outcome);
    }

    Invocation invoked() {
        var invocation = invocations.poll();
        if (invocation == null) {
            throw new AssertionError("The function was not run");
        }
        return invocation;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static VersionRecord version(String version) {
        var configuration = FunctionConfiguration.builder()
                .functionName(GREET.name())
                .version(version)
                .runtime("python3.12")
                .handler("app.handler")
                .role("arn:aws:iam::123456789012:role/any")
                .memorySize(128)
                .timeout(3)
                .ephemeralStorage(EphemeralStorage.builder().size(512).build())
                .loggingConfig(LoggingConfig.builder().logFormat("Text").build())
                .architectures(List.of("x86_64"))
                .codeSize(1L)
                .revisionId("00000000-0000-4000-8000-000000000000")
                .state("Active")
                .build();
        return new VersionRecord(
                configuration,
                new CodeDigest("00".repeat(32)),
                1,
                FunctionCodeLocation.builder().repositoryType("S3").build(),
                List.of());
    }

    @Override
    public void close() {
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
        store.close();
    }
}
