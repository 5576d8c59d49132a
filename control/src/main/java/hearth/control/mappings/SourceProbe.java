package hearth.control.mappings;

import hearth.model.api.EventSourceMappingConfiguration;
import java.time.Duration;
import java.util.Optional;

/// Asks a mapping's source what can only be known there. May block for seconds.
@FunctionalInterface
public interface SourceProbe {
    /// Asks nobody.
    SourceProbe NONE = (_, _) -> Optional.empty();

    /// @param timeout of the function
    /// @return for what Lambda refuses the mapping; empty when it does not, or when nobody can be asked
    Optional<String> refusal(EventSourceMappingConfiguration mapping, Duration timeout);
}
