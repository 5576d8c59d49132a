package hearth.control.mappings;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The functions that mappings are to invoke.
final class MappedFunctions {
    private final FunctionStore functions;

    MappedFunctions(FunctionStore functions) {
        this.functions = functions;
    }

    /// @param arn qualified if the request qualifies it
    record Mapped(String arn, Duration timeout) {}

    /// A function that must be there.
    Mapped require(Caller caller, @Nullable String functionName, String action) {
        var target = Target.ofOwn(caller, functionName, action);
        var found = functions.read(target.function(), view -> Qualifiers.version(view, target.version()));
        if (found.isEmpty()) {
            throw Refusals.invalid("Function does not exist");
        }
        return new Mapped(
                target.arn(),
                Duration.ofSeconds(
                        Objects.requireNonNull(found.get().configuration().timeout())));
    }
}
