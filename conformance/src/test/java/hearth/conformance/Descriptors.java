package hearth.conformance;

import hearth.model.Yardstick;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The open descriptors of a process, but for its files: of those, libraries open some when they like.
record Descriptors(long pid) {
    private static final Duration STILLNESS = Yardstick.scaled(Duration.ofSeconds(2));

    long open() {
        try (var descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return descriptors.filter(Descriptors::isNoFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As many as are open once that has not changed for a while: what is made ahead, is made.
    long settled() {
        var still = new Object() {
            long count = open();
            long since = System.nanoTime();
        };
        Await.until("the server has settled", () -> {
            long now = open();
            if (now != still.count) {
                still.count = now;
                still.since = System.nanoTime();
            }
            return System.nanoTime() - still.since > STILLNESS.toNanos();
        });
        return still.count;
    }

    private static boolean isNoFile(Path descriptor) {
        try {
            return !Files.readSymbolicLink(descriptor).toString().startsWith("/");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
