package hearth.control.functions;

import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.FunctionId;
import hearth.model.api.FunctionConfiguration;
import java.util.Map;
import java.util.Optional;

/// Finds what a request names, and shows it as it was named.
final class FunctionLookup {
    private final FunctionStore functions;

    FunctionLookup(FunctionStore functions) {
        this.functions = functions;
    }

    /// A version, with its function's tags.
    ///
    /// @param shown its ARN is qualified when the request qualified it
    record Found(VersionRecord version, FunctionConfiguration shown, Map<String, String> tags) {}

    Found find(Target target) {
        Optional<FunctionRecord> function = functions.find(target.function());
        var version = target.version().equals(FunctionId.LATEST)
                ? function.map(FunctionRecord::latest)
                : functions.find(target.function(), target.version());
        if (function.isEmpty() || version.isEmpty()) {
            throw Refusals.functionNotFound(target.arn());
        }
        var shown = version.get().configuration().toBuilder()
                .functionArn(target.arn())
                .build();
        return new Found(version.get(), shown, function.get().tags());
    }
}
