package hearth.conformance.faults;

import hearth.conformance.faults.Call.Kind;
import hearth.conformance.faults.Call.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// Calls at a steady rate, whatever becomes of those before as long as they are not too many at once for this machine,
/// each with a number of its own. None is repeated by its client.
final class NumberedCalls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final LambdaClient client;
    private final LambdaAsyncClient streaming;
    private final Functions functions;
    private final RandomGenerator random;
    private final int perSecond;
    private final Semaphore room;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread pace;

    NumberedCalls(
            URI endpoint,
            String accessKey,
            String secretKey,
            Functions functions,
            RandomGenerator random,
            int perSecond,
            int mostAtOnce) {
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
        this.client = LambdaClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(2_000)
                        .socketTimeout(PATIENCE)
                        .connectionTimeout(Duration.ofSeconds(5)))
                .build();
        this.streaming = LambdaAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .overrideConfiguration(
                        c -> c.retryStrategy(r -> r.maxAttempts(1)).apiCallTimeout(PATIENCE))
                .build();
        this.functions = functions;
        this.random = random;
        this.perSecond = perSecond;
        this.room = new Semaphore(mostAtOnce);
        this.pace = Thread.ofPlatform().name("pace").start(this::keepPace);
    }

    private void keepPace() {
        long interval = Duration.ofSeconds(1).toNanos() / perSecond;
        long next = System.nanoTime();
        while (!over.get()) {
            next += interval;
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            room.acquireUninterruptibly();
            // None is made up for.
            next = Math.max(next, System.nanoTime() - interval);
            var kind = kind(random.nextInt(100));
            var function = functions.of(kind, random);
            long number = numbers.incrementAndGet();
            threads.execute(() -> {
                try {
                    call(number, kind, function);
                } finally {
                    room.release();
                }
            });
        }
    }

    private Kind kind(int drawn) {
        if (drawn < 65) {
            return Kind.WARM;
        }
        if (drawn < 80) {
            return Kind.LIMITED;
        }
        return drawn < 97 || !functions.hasCold() ? Kind.STREAMED : Kind.COLD;
    }

    private void call(long number, Kind kind, String function) {
        long began = System.nanoTime();
        Outcome outcome;
        try {
            var event = SdkBytes.fromUtf8String("{\"number\":" + number + "}");
            outcome = kind == Kind.STREAMED ? stream(number, function, event) : invoke(number, function, event);
        } catch (TooManyRequestsException e) {
            outcome = kind == Kind.LIMITED ? new Outcome.Throttled() : new Outcome.Failed("429 " + e.reasonAsString());
        } catch (LambdaException e) {
            outcome = new Outcome.Failed(e.statusCode() + " " + message(e));
        } catch (SdkException e) {
            outcome = new Outcome.Failed(cause(e));
        }
        calls.add(new Call(number, kind, began, System.nanoTime(), outcome));
    }

    private static String message(LambdaException e) {
        var details = e.awsErrorDetails();
        var text = details == null ? String.valueOf(e.getMessage()) : String.valueOf(details.errorMessage());
        return text.replaceAll("[0-9a-f-]{36}|host\\d|\\d+\\.\\d+\\.\\d+\\.\\d+:\\d+", "…");
    }

    private static String cause(Throwable e) {
        var text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        for (var known : List.of("failed to respond", "reset", "refused", "timed out", "timeout", "closed", "end of")) {
            if (text.contains(known)) {
                return "cut (" + known + ")";
            }
        }
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    private Outcome invoke(long number, String function, SdkBytes event) {
        var answer = client.invoke(r -> r.functionName(function).payload(event));
        var text = answer.payload().asUtf8String();
        return judge(number, answer.functionError() == null ? text : answer.functionError() + " " + text);
    }

    private Outcome stream(long number, String function, SdkBytes event) {
        var text = new StringBuilder();
        var end = new StringBuilder();
        try {
            streaming
                    .invokeWithResponseStream(
                            r -> r.functionName(function).payload(event),
                            InvokeWithResponseStreamResponseHandler.builder()
                                    .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
                                            .onPayloadChunk(chunk ->
                                                    text.append(chunk.payload().asUtf8String()))
                                            .onInvokeComplete(complete -> end.append(
                                                    complete.errorCode() == null ? "end" : complete.errorCode()))
                                            .build())
                                    .build())
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SdkException failure) {
                throw failure;
            }
            return new Outcome.Failed(String.valueOf(e.getCause()));
        }
        // The client takes a stream that was cut for one that has ended.
        if (end.isEmpty()) {
            return new Outcome.Failed("cut (stream without its end)");
        }
        return end.toString().equals("end")
                ? judge(number, text.toString())
                : new Outcome.Failed("stream ended by " + end);
    }

    private static Outcome judge(long number, String answer) {
        return answer.equals(Long.toString(number)) ? new Outcome.Answered() : new Outcome.Wrong(answer);
    }

    /// The number that no call has had yet.
    long next() {
        return numbers.get() + 1;
    }

    /// Calls that have ended, by their numbers.
    List<Call> between(long from, long to) {
        var found = new ArrayList<Call>();
        for (var call : calls) {
            if (call.number() >= from && call.number() < to) {
                found.add(call);
            }
        }
        return found;
    }

    /// Waits until so many calls that begin from now on have been answered, one behind the other.
    ///
    /// @return whether that came about in time
    boolean awaitGood(int count, Duration patience) {
        long from = next();
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - deadline < 0) {
            var ended = between(from, Long.MAX_VALUE);
            long lastBad = ended.stream()
                    .filter(call -> !call.isGood())
                    .mapToLong(Call::number)
                    .max()
                    .orElse(from - 1);
            if (ended.stream().filter(call -> call.number() > lastBad).count() >= count) {
                return true;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return false;
    }

    /// Waits until all calls before a number have ended.
    void awaitEnds(long from, long before) {
        long deadline = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
        while (between(from, before).size() < before - from && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Override
    public void close() {
        over.set(true);
        try {
            pace.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
        client.close();
        streaming.close();
    }
}
