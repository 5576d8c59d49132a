package hearth.conformance;

import static org.assertj.core.api.Assumptions.assumeThat;

import hearth.worker.sandbox.Leftovers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/// One server for all tests that need nothing special of it, started by the first and ended with the JVM.
///
/// With `-Dhearth.endpoint=http://…` it is the server there, which takes any signature. Its functions stay as they are,
/// and so does what the tests create.
public final class TestServer {
    static final String ROLE = "arn:aws:iam::000000000000:role/lambda-role";

    private static final Optional<URI> RUNNING =
            Optional.ofNullable(System.getProperty("hearth.endpoint")).map(URI::create);

    /// What sets apart the names of this run from those that an earlier run left in a running server.
    private static final String RUN =
            RUNNING.isPresent() ? "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) : "";

    private static final AtomicInteger NAMES = new AtomicInteger();

    private TestServer() {}

    private static final class Shared {
        static final HearthProcess SERVER = HearthProcess.start(temporaryFolder());

        static {
            AT_THE_END.add(SERVER::close);
        }
    }

    private static final class SharedClient {
        static final LambdaClient LAMBDA = Clients.lambda(endpoint());
    }

    /// What is done when the JVM ends, the last first.
    private static final ConcurrentLinkedDeque<Runnable> AT_THE_END = new ConcurrentLinkedDeque<>();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> AT_THE_END.descendingIterator().forEachRemaining(Runnable::run)));
    }

    /// The server's process; tests that need it are skipped where the server was not started by them.
    static HearthProcess server() {
        assumeThat(RUNNING).as("The server of -Dhearth.endpoint is not ours").isEmpty();
        return Shared.SERVER;
    }

    static URI endpoint() {
        return RUNNING.orElseGet(() -> server().endpoint());
    }

    static LambdaClient lambda() {
        return SharedClient.LAMBDA;
    }

    /// One that is gone when the tests are over.
    public static Path temporaryFolder() {
        try {
            var folder = Files.createTempDirectory("hearth-conformance");
            AT_THE_END.add(() -> remove(folder));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try {
            Leftovers.deleteTree(folder);
        } catch (IOException e) {
            System.err.println(folder + " stays: " + e);
        }
    }

    /// A name that no other test has.
    static String name(String prefix) {
        return prefix + RUN + "-" + NAMES.incrementAndGet();
    }

    /// Creates a function and waits until it is active.
    static String create(String runtime, String handler, SdkBytes zip, int timeoutSeconds) {
        return create(runtime, handler, zip, timeoutSeconds, 256);
    }

    static String create(String runtime, String handler, SdkBytes zip, int timeoutSeconds, int megabytes) {
        return create(CreateFunctionRequest.builder()
                .functionName(name("f"))
                .runtime(runtime)
                .handler(handler)
                .role(ROLE)
                .timeout(timeoutSeconds)
                .memorySize(megabytes)
                .code(c -> c.zipFile(zip))
                .build());
    }

    static String create(CreateFunctionRequest request) {
        lambda().createFunction(request);
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(request.functionName()));
        return request.functionName();
    }

    static InvokeResponse invoke(String function, String payload) {
        return lambda().invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String(payload)));
    }

    /// A Python function, created and active.
    static String python(String source) {
        return create("python3.11", "app.handler", Zips.of("app.py", source), 60);
    }
}
