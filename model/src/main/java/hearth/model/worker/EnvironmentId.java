package hearth.model.worker;

import java.util.HexFormat;

/// An execution environment, unique for all time: 32 hex digits, which also end the name of its log stream. The
/// last two are the shard of its function, so that everyone knows who looks after it.
public record EnvironmentId(String value) {
    private static final int SHARD_BITS = 8;
    private static final int SHARD_DIGITS = SHARD_BITS / 4;

    /// @param high 64 bits that tell it from others, with
    /// @param low of which the first eight do not count
    public static EnvironmentId of(long high, long low, ShardId shard) {
        var hex = HexFormat.of();
        long last = low << SHARD_BITS | shard.number();
        return new EnvironmentId(hex.toHexDigits(high) + hex.toHexDigits(last));
    }

    /// Where its function belongs.
    ///
    /// @throws IllegalArgumentException if no WorkerManager has made it up
    public ShardId shard() {
        if (value.length() < SHARD_DIGITS) {
            throw new IllegalArgumentException(value + " is no environment");
        }
        return new ShardId(HexFormat.fromHexDigits(value, value.length() - SHARD_DIGITS, value.length()));
    }

    @Override
    public String toString() {
        return value;
    }
}
