package hearth.control.operation;

import hearth.model.CodeDigest;
import java.util.Optional;

/// Makes the URL from which a deployment package can be downloaded for a while.
@FunctionalInterface
public interface CodeLocation {
    /// Nothing can be downloaded.
    CodeLocation NONE = (_, _) -> Optional.empty();

    Optional<String> of(Caller caller, CodeDigest code);
}
