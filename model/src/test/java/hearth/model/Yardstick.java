package hearth.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/// How slow this machine is at the moment, for tests in which a time decides: one that a product's limit has to be
/// longer or shorter than. Where a test only waits for something, it waits for the condition, and long.
///
/// What is measured is what most tests are made of: programs that start and end, one after another.
public final class Yardstick {
    private static final int PROGRAMS = 8;

    /// What these take on a quiet machine of two cores.
    private static final Duration QUIET = Duration.ofMillis(24);

    private Yardstick() {}

    /// A time that would do on a quiet machine, as much longer as this machine was slower a moment ago. It gets
    /// slower still: what is measured has twice its time.
    public static Duration scaled(Duration quiet) {
        var slowness = 2.0 * measure().toNanos() / QUIET.toNanos();
        return slowness <= 1 ? quiet : Duration.ofNanos((long) (quiet.toNanos() * slowness));
    }

    /// The same in whole seconds, such as a function's time-out.
    public static int seconds(int quiet) {
        var scaled = scaled(Duration.ofSeconds(quiet));
        return (int) Math.min(60, scaled.plusMillis(999).toSeconds());
    }

    private static Duration measure() {
        var begin = System.nanoTime();
        try {
            for (int i = 0; i < PROGRAMS; i++) {
                new ProcessBuilder("true").start().onExit().join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
