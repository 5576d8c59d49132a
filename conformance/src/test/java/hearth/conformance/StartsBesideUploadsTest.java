package hearth.conformance;

import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Functions that start while others upload large packages.
class StartsBesideUploadsTest {
    /// Each has one package checked after the other, which takes a processor for some tenths of a second.
    private static final int CREATORS = Math.clamp(20L * (Runtime.getRuntime().availableProcessors() - 1), 20, 60);

    @Test
    void aStartWaitsForNobodysUploads() throws Exception {
        // More than is unpacked on the spot.
        var data = new byte[2 << 20];
        new Random(1).nextBytes(data);
        var started = TestServer.create(
                "python3.11",
                "app.handler",
                Zips.of(Map.of(
                        "app.py",
                        "def handler(event, context):\n    return 'started'\n".getBytes(StandardCharsets.UTF_8),
                        "data",
                        data)),
                60);
        var updated = TestServer.python("def handler(event, context):\n    return 1\n");
        var large = Zips.of(Map.of("app.py", new byte[100_000_000]));
        var checked = new AtomicInteger();
        var over = new AtomicBoolean();
        var uploads = new ArrayList<Future<?>>();
        try (var creators = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CREATORS; i++) {
                uploads.add(creators.submit(() -> {
                    while (!over.get()) {
                        lambda().updateFunctionCode(r ->
                                r.functionName(updated).zipFile(large).dryRun(true));
                        checked.incrementAndGet();
                    }
                }));
            }
            try {
                Await.until("each creator's package has its place in the line", () -> checked.get() >= CREATORS);
                int before = checked.get();

                var answer = lambda().invoke(r -> r.functionName(started));

                assertThat(answer.payload().asUtf8String()).isEqualTo("\"started\"");
                assertThat(checked.get() - before)
                        .as("packages that went before it")
                        .isLessThan(CREATORS / 2);
            } finally {
                over.set(true);
            }
        }
        for (var upload : uploads) {
            assertThat(upload.get()).as("failed uploads").isNull();
        }
    }
}
