package hearth.worker.runtimes;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The runtimes of one language.
interface RuntimeFamily {
    /// As the API spells them, oldest first.
    List<String> ids();

    /// @param id one of `ids`
    Optional<Found> find(String id);

    /// What makes starts quicker, and need not be done before the first. May take seconds.
    ///
    /// @return whether the runtime has to be looked for again
    default boolean prepare(Found found) {
        return false;
    }

    /// What to do on a host that has not this runtime.
    String advice(String id);

    /// A runtime and what it hangs on.
    ///
    /// @param interpreter null when it needs none
    record Found(InstalledRuntime runtime, @Nullable Interpreter interpreter) {
        boolean isUnchanged() {
            return interpreter == null || interpreter.isUnchanged();
        }
    }
}
