package hearth.invoke.placement;

import java.time.Duration;

/// How freely room on workers is promised, and how failing workers are treated.
///
/// @param memoryPromised how many times a worker's memory may be promised: functions use a part of what they are
///     configured with, idle ones the least; each sandbox is still held to its own limit, and a worker whose memory is
///     really used up gets no more (`Report.room`)
/// @param failuresInARow after how many environments in a row that a worker failed to make it is unhealthy
/// @param rest how long an unhealthy worker is spared before it is tried again
/// @param keptPercent how much of a worker environments may take that stay whether they are needed or not
/// @param startsOnAProcessor how many environments may come up at once on each processor of a worker before others are
///     preferred that have room and fewer
public record PlacementConfig(
        int memoryPromised, int failuresInARow, Duration rest, int keptPercent, int startsOnAProcessor) {
    public static final PlacementConfig DEFAULT = new PlacementConfig(16, 3, Duration.ofSeconds(10), 75, 2);

    public PlacementConfig {
        if (memoryPromised < 1
                || failuresInARow < 1
                || rest.isNegative()
                || keptPercent < 0
                || keptPercent > 100
                || startsOnAProcessor < 1) {
            throw new IllegalArgumentException("Placement needs positive settings");
        }
    }

    /// Where it does not matter how many come up at once.
    public PlacementConfig(int memoryPromised, int failuresInARow, Duration rest, int keptPercent) {
        this(memoryPromised, failuresInARow, rest, keptPercent, Integer.MAX_VALUE);
    }

    public PlacementConfig withKeptPercent(int percent) {
        return new PlacementConfig(memoryPromised, failuresInARow, rest, percent, startsOnAProcessor);
    }
}
