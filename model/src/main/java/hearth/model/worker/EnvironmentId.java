package hearth.model.worker;

import java.util.HexFormat;

/// An execution environment, unique for all time: 32 hex digits, which also end the name of its log stream.
public record EnvironmentId(String value) {
    public static EnvironmentId of(long high, long low) {
        var hex = HexFormat.of();
        return new EnvironmentId(hex.toHexDigits(high) + hex.toHexDigits(low));
    }

    @Override
    public String toString() {
        return value;
    }
}
