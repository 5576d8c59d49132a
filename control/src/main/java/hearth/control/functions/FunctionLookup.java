package hearth.control.functions;

import hearth.cluster.FunctionMemory;
import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.FunctionConfiguration;
import java.util.Map;
import java.util.Optional;

/// Finds what a request names, and shows it as it was named. Clients ask for the same function over and over, while
/// they wait for its state.
final class FunctionLookup {
    private final FunctionStore functions;
    private final FunctionMemory<Found> memory;

    FunctionLookup(FunctionStore functions) {
        this.functions = functions;
        this.memory = new FunctionMemory<>(functions);
    }

    /// A version, with its function's tags.
    ///
    /// @param shown its ARN is qualified when the request qualified it
    /// @param reserved its function's reserved concurrency
    record Found(
            VersionRecord version, FunctionConfiguration shown, Map<String, String> tags, Optional<Integer> reserved) {}

    Found find(Target target) {
        var aspect = target.qualifier() == null ? "" : target.qualifier();
        return memory.get(
                target.function(), aspect, () -> functions.read(target.function(), view -> find(target, view)));
    }

    private static Found find(Target target, FunctionView view) {
        var function = view.function().orElseThrow(() -> Refusals.functionNotFound(target.arn()));
        var version =
                Qualifiers.version(view, target.version()).orElseThrow(() -> Refusals.functionNotFound(target.arn()));
        var shown =
                version.configuration().toBuilder().functionArn(target.arn()).build();
        return new Found(version, shown, function.tags(), view.setting(Setting.RESERVED_CONCURRENCY, Setting.WHOLE));
    }
}
