package hearth.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.conformance.HearthProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// A function that is invoked all the time, and must be answered as if it were alone.
final class Victim implements AutoCloseable {
    static final String NAME = "victim";
    private static final String SECRET = "s3cr3t-of-the-environment";
    /// The second has an interpreter of its own started for it, which has them in its environment from the
    /// beginning.
    static final Map<String, String> VARIABLES = Map.of("SECRET", SECRET, "PYTHONHASHSEED", "0");
    static final int PORT = 8080;
    static final String CODE = """
            import os, socket, threading
            import network
            # s3cr3t-of-the-code
            with open("/tmp/secret", "w") as file:
                file.write("s3cr3t-of-tmp")
            listener = socket.create_server(("", %d))
            threading.Thread(target=network.greet_all, args=(listener,), daemon=True).start()
            def handler(event, context):
                if event == "address":
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as towards:
                        towards.connect(("8.8.8.8", 53))
                        return towards.getsockname()[0]
                with open("/tmp/secret") as file:
                    return [event, file.read(), os.environ["SECRET"]]
            """.formatted(PORT);

    private static final Duration PAUSE = Duration.ofMillis(4);
    private static final int ENOUGH = 25;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final LambdaClient lambda;
    private final Thread caller;
    private final List<Call> calls = new ArrayList<>(); // guarded by itself
    private volatile boolean closed;

    /// @param error empty if it was answered as it should be
    private record Call(long nanos, String error) {}

    /// What happened between two moments.
    record Window(int calls, List<String> errors, Duration p99) {}

    Victim(LambdaClient lambda) {
        this.lambda = lambda;
        this.caller = Thread.ofPlatform().daemon().name("victim").unstarted(this::callOnAndOn);
    }

    /// From now on it is called all the time.
    void start() {
        caller.start();
    }

    int mark() {
        synchronized (calls) {
            return calls.size();
        }
    }

    /// All calls since a mark, of which there are enough in the end.
    Window since(int mark) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (mark() < mark + ENOUGH) {
            assertThat(System.nanoTime()).as("the victim is answered").isLessThan(deadline);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        synchronized (calls) {
            var window = calls.subList(mark, calls.size());
            var nanos = window.stream().mapToLong(Call::nanos).sorted().toArray();
            var errors =
                    window.stream().map(Call::error).filter(e -> !e.isEmpty()).toList();
            return new Window(window.size(), errors, Duration.ofNanos(nanos[(nanos.length - 1) * 99 / 100]));
        }
    }

    /// Where it can be reached on the network of sandboxes.
    String address() {
        return invoke("\"address\"").replace("\"", "");
    }

    /// Its runtime's process, as the host sees it. Another server may have such a victim too.
    static long pid(HearthProcess server) {
        return ProcessHandle.of(server.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .filter(pid -> isVictim(environment(Path.of("/proc", Long.toString(pid)))) || isMachine(pid))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The victim does not run"));
    }

    /// Of a microVM only its monitor is to be seen; the victim's is the first.
    private static boolean isMachine(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .filter(command -> command.endsWith("qemu-system-x86_64"))
                .isPresent();
    }

    private static boolean isVictim(String environment) {
        return environment.contains("AWS_LAMBDA_FUNCTION_NAME=" + NAME + "\0")
                && environment.contains("SECRET=" + SECRET);
    }

    private static String environment(Path process) {
        try {
            return Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private void callOnAndOn() {
        for (int number = 0; !closed; number++) {
            var start = System.nanoTime();
            var error = call(number);
            synchronized (calls) {
                calls.add(new Call(System.nanoTime() - start, error));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private String call(int number) {
        try {
            var answer = invoke(Integer.toString(number));
            var expected = "[%d, \"s3cr3t-of-tmp\", \"%s\"]".formatted(number, SECRET);
            return answer.equals(expected) ? "" : answer;
        } catch (SdkException e) {
            return e.toString();
        }
    }

    private String invoke(String payload) {
        return lambda.invoke(r -> r.functionName(NAME).payload(SdkBytes.fromUtf8String(payload)))
                .payload()
                .asUtf8String();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(caller);
    }
}
