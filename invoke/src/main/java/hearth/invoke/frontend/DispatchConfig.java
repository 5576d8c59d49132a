package hearth.invoke.frontend;

import hearth.model.FunctionVersion;
import java.time.Duration;

/// How long a worker may take for an invocation before the Frontend ends it, beyond the function's own time-out.
///
/// @param init what an initialisation may take that runs within the invocation
/// @param grace for all that a worker does around it: thawing, a new sandbox, ending what runs too long
public record DispatchConfig(Duration init, Duration grace) {
    public static final DispatchConfig DEFAULT = new DispatchConfig(Duration.ofSeconds(10), Duration.ofSeconds(30));

    Duration limit(FunctionVersion version) {
        return version.timeout().plus(init).plus(grace);
    }
}
