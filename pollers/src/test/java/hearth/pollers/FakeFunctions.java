package hearth.pollers;

import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Routing;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Functions that there are whatever they are called, and that end when a test has them end.
///
/// @param invoked those that nobody has taken out yet
/// @param all that ever were
public record FakeFunctions(BlockingQueue<Running> invoked, List<Running> all) {
    public FakeFunctions() {
        this(new LinkedBlockingQueue<>(), new CopyOnWriteArrayList<>());
    }

    public record Running(Invocation invocation, DispatchListener listener) {
        public String event() {
            return new String(invocation.payload(), StandardCharsets.UTF_8);
        }

        public void succeed() {
            listener.ended(
                    new DispatchOutcome.Answered("null".getBytes(StandardCharsets.UTF_8), "application/json", null));
        }

        public void fail() {
            listener.ended(new DispatchOutcome.FunctionError(new byte[0], "Unhandled", null));
        }

        public void throttle() {
            listener.ended(new DispatchOutcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        }
    }

    public BatchInvoker invoker(MemoryBudget budget) {
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT,
                (id, _) -> Optional.of(Routing.to(version(id))),
                Executors.newVirtualThreadPerTaskExecutor(),
                System::nanoTime,
                InvocationMeter.NONE);
        var random = new Random(1);
        var ids = new AtomicInteger();
        return new BatchInvoker(
                new FunctionResolver(cache, random, System::nanoTime, InvocationMeter.NONE),
                (_, invocation, _, listener) -> {
                    var running = new Running(invocation, listener);
                    all.add(running);
                    invoked.add(running);
                },
                () -> "request-" + ids.incrementAndGet(),
                new TraceHeaders(random, InstantSource.system()),
                InstantSource.system(),
                budget,
                Ownership.SOLE);
    }

    private static FunctionVersion version(FunctionId id) {
        return new FunctionVersion(
                id,
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                new CodeDigest("00".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + id.name(),
                "INFO",
                "INFO",
                Optional.empty());
    }
}
