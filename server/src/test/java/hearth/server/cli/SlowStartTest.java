package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlowStartTest {
    private final Logger logger = Logger.getLogger(SlowStart.class.getName());
    private final Lines lines = new Lines();

    @BeforeEach
    void listen() {
        logger.addHandler(lines);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(lines);
        logger.setUseParentHandlers(true);
    }

    @Test
    void tellsWhatTheThreadsOfASlowStartDo() throws Exception {
        var start = new CompletableFuture<String>();
        var waiting = Thread.ofPlatform().name("waits-here").start(start::join);

        SlowStart.watch(start, Duration.ofMillis(1)).join();
        start.complete("");
        waiting.join();

        assertThat(lines.said).singleElement().satisfies(line -> assertThat(line)
                .startsWith("The start has taken 0 s and goes on.")
                .contains("waits-here", "CompletableFuture.join"));
    }

    @Test
    void saysNothingOfAStartThatEnds() throws Exception {
        SlowStart.watch(CompletableFuture.completedFuture(""), Duration.ofMinutes(1))
                .join();
        SlowStart.watch(CompletableFuture.failedFuture(new IllegalStateException("port taken")), Duration.ofMinutes(1))
                .join();

        assertThat(lines.said).isEmpty();
    }

    private static final class Lines extends Handler {
        final List<String> said = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            said.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
