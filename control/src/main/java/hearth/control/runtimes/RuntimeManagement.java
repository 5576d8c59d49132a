package hearth.control.runtimes;

import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.Setting;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.FunctionId;
import hearth.model.api.GetRuntimeManagementConfigResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The management of a version's runtime.
///
/// Hearth has one build of each runtime, that of its host: a function that is held to it by `Manual` runs the same as
/// with `Auto`.
public final class RuntimeManagement {
    static final String AUTO = "Auto";
    static final String MANUAL = "Manual";

    static final Setting<GetRuntimeManagementConfigResponse> CONFIG =
            Setting.structure("runtime-management-config", GetRuntimeManagementConfigResponse::read);

    private RuntimeManagement() {}

    /// Refuses to give `$LATEST` another runtime while it is held to a build of its present one.
    ///
    /// @param runtime that is asked for; null when none is
    public static void requireChangeable(FunctionStore functions, FunctionRecord function, @Nullable String runtime) {
        if (runtime == null || runtime.equals(function.latest().configuration().runtime())) {
            return;
        }
        var config = functions.read(function.id(), view -> view.setting(CONFIG, FunctionId.LATEST));
        if (config.filter(set -> MANUAL.equals(set.updateRuntimeOn())).isPresent()) {
            throw Refusals.invalid("Cannot change runtime identifier when runtime management configuration is set to"
                    + " 'Manual'. Change the runtime management configuration to 'Auto' or 'FunctionUpdate', then"
                    + " retry.");
        }
    }

    /// Refuses aliases, which have no runtime of their own.
    static VersionRecord requireVersion(FunctionView function, Target target) {
        return function.version(target.version()).orElseThrow(() -> Refusals.functionNotFound(target.arn()));
    }

    /// The build that a version runs, as its configuration shows it; empty when it shows none.
    static String build(VersionRecord version) {
        var config = version.configuration().runtimeVersionConfig();
        return config == null ? "" : Objects.requireNonNullElse(config.runtimeVersionArn(), "");
    }
}
