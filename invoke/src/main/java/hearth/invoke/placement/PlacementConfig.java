package hearth.invoke.placement;

import java.time.Duration;

/// How freely room on workers is promised, and how failing workers are treated.
///
/// @param memoryPromised how many times a worker's memory may be promised: functions use a part of what they are
///     configured with, idle ones the least; each sandbox is still held to its own limit, and a worker whose memory is
///     really used up gets no more (`Worker.hasRoom`)
/// @param failuresInARow after how many environments in a row that a worker failed to make it is unhealthy
/// @param rest how long an unhealthy worker is spared before it is tried again
public record PlacementConfig(int memoryPromised, int failuresInARow, Duration rest) {
    public static final PlacementConfig DEFAULT = new PlacementConfig(16, 3, Duration.ofSeconds(10));

    public PlacementConfig {
        if (memoryPromised < 1 || failuresInARow < 1 || rest.isNegative()) {
            throw new IllegalArgumentException("Placement needs positive settings");
        }
    }
}
