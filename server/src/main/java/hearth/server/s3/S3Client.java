package hearth.server.s3;

import hearth.control.code.ObjectStore;
import hearth.control.code.S3Object;
import hearth.model.memory.MemoryBudget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Gets objects from S3, or from a server that speaks as S3 does, by its path-style addresses.
public final class S3Client implements ObjectStore, AutoCloseable {
    /// The time limit for one whole object: a slower server would keep one of few control operations busy.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration CONNECTING = Duration.ofSeconds(5);

    /// The most that is read of an error.
    private static final long LONGEST_PROBLEM = 64 << 10;

    private final String endpoint;
    private final Optional<S3Signature> signature;
    private final MemoryBudget memory;
    private final InstantSource clock;
    private final Duration patience;
    private final HttpClient http;

    /// @param credentials empty to ask without a signature
    /// @param region that requests are signed for
    /// @param memory that objects count in, from their first byte until they are released
    public S3Client(
            URI endpoint,
            Optional<S3Credentials> credentials,
            String region,
            MemoryBudget memory,
            InstantSource clock) {
        this(endpoint, credentials, region, memory, clock, PATIENCE);
    }

    S3Client(
            URI endpoint,
            Optional<S3Credentials> credentials,
            String region,
            MemoryBudget memory,
            InstantSource clock,
            Duration patience) {
        this.memory = memory;
        this.endpoint = endpoint.toString();
        this.signature = credentials.map(known -> new S3Signature(known, region));
        this.clock = clock;
        this.patience = patience;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECTING)
                .build();
    }

    @Override
    public Answer get(S3Object object, long limit) {
        var bodies = new ConcurrentLinkedQueue<LimitedBody>();
        var answer = get(object, limit, bodies);
        if (answer instanceof Answer.Found(var content, var version, var _)) {
            return new Answer.Found(content, version, () -> bodies.forEach(LimitedBody::release));
        }
        bodies.forEach(LimitedBody::release);
        return answer;
    }

    /// @param bodies gets what is read, to be released in the end
    private Answer get(S3Object object, long limit, Queue<LimitedBody> bodies) {
        var answer = http.sendAsync(request(object), head -> {
            var body = new LimitedBody(head.statusCode() == 200 ? limit : LONGEST_PROBLEM, memory);
            bodies.add(body);
            return body;
        });
        try {
            return read(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            return new Answer.Unreachable(endpoint + ": " + why(e.getCause()));
        } catch (TimeoutException e) {
            answer.cancel(true);
            return new Answer.Unreachable(endpoint + " took longer than " + patience.toSeconds() + " s");
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Answer.Unreachable("the server is stopping");
        }
    }

    private static Answer read(HttpResponse<Optional<byte[]>> answer) {
        if (answer.statusCode() == 200) {
            var version = answer.headers().firstValue("x-amz-version-id").orElse(null);
            return answer.body()
                    .<Answer>map(content -> new Answer.Found(content, version))
                    .orElseGet(Answer.TooLarge::new);
        }
        return S3Problem.of(answer.statusCode(), answer.body().orElse(new byte[0]));
    }

    /// The reason of a failure: of some, the class says more than the message, which may be null.
    private static String why(@Nullable Throwable failure) {
        if (failure == null) {
            return "it failed";
        }
        return failure instanceof IOException && failure.getMessage() != null
                ? failure.getMessage()
                : failure.getClass().getSimpleName();
    }

    private HttpRequest request(S3Object object) {
        var path = "/" + encode(object.bucket(), false) + "/" + encode(object.key(), true);
        var query = object.version() == null ? "" : "?versionId=" + encode(object.version(), false);
        var uri = URI.create(endpoint + path + query);
        var request = HttpRequest.newBuilder(uri);
        signature.ifPresent(known -> known.headers(uri, clock.instant()).forEach(request::header));
        return request.build();
    }

    /// The encoding that signatures have: all but letters, digits and four marks, byte by byte.
    private static String encode(String text, boolean keepSlashes) {
        var out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain || "-._~".indexOf(c) >= 0 || (keepSlashes && c == '/')) {
                out.append(c);
            } else {
                out.append("%%%02X".formatted((int) c));
            }
        }
        return out.toString();
    }

    /// Ends the client, and with it whatever is under way.
    @Override
    public void close() {
        http.shutdownNow();
    }
}
