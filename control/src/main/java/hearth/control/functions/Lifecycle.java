package hearth.control.functions;

import hearth.cluster.FunctionRecord;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionState;
import hearth.model.api.FunctionConfiguration;
import java.util.Optional;

/// The steps in a function's life, as the API shows them. All pure.
final class Lifecycle {
    private static final String IN_PROGRESS = "InProgress";
    private static final String SUCCESSFUL = "Successful";

    /// AWS says the same of an update.
    private static final String REASON = "The function is being created.";

    private static final String REASON_CODE = "Creating";

    private static final String FAILED = "The function's initialisation failed; its log says more.";

    private static final String FUNCTION_ERROR = "FunctionError";

    private static final String DEPENDENCY = "DependencyError";

    private Lifecycle() {}

    /// A new function's `$LATEST`, or a newly published version.
    static FunctionConfiguration pending(FunctionConfiguration configuration, String revisionId) {
        return configuration.toBuilder()
                .state(FunctionState.PENDING.wireName())
                .stateReason(REASON)
                .stateReasonCode(REASON_CODE)
                .lastUpdateStatus(null)
                .lastUpdateStatusReason(null)
                .lastUpdateStatusReasonCode(null)
                .revisionId(revisionId)
                .build();
    }

    /// The configuration that `pending` becomes.
    static FunctionConfiguration active(FunctionConfiguration configuration, String revisionId) {
        return configuration.toBuilder()
                .state(FunctionState.ACTIVE.wireName())
                .stateReason(null)
                .stateReasonCode(null)
                .lastUpdateStatus(SUCCESSFUL)
                .revisionId(revisionId)
                .build();
    }

    /// A function whose `$LATEST` is replaced; invocations go on with the one before.
    static FunctionRecord updating(FunctionRecord function, VersionRecord next, String revisionId) {
        var shown = next.configuration().toBuilder()
                .lastUpdateStatus(IN_PROGRESS)
                .lastUpdateStatusReason(REASON)
                .lastUpdateStatusReasonCode(REASON_CODE)
                .revisionId(revisionId)
                .build();
        return function.withPrevious(Optional.of(function.latest())).withLatest(next.with(shown));
    }

    /// A function whose invocations go on with its `$LATEST`, which still shows as being updated.
    static FunctionRecord serving(FunctionRecord function) {
        return function.withPrevious(Optional.empty());
    }

    /// A function that has come to the end of its creation or update; one that had before is left alone.
    static FunctionRecord settled(FunctionRecord function, String revisionId) {
        var latest = function.latest();
        var shown = latest.configuration();
        if (isPending(shown)) {
            return function.withLatest(latest.with(active(shown, revisionId)));
        }
        if (isUpdating(shown)) {
            // An update brings back what had become inactive.
            var updated = shown.toBuilder()
                    .state(FunctionState.ACTIVE.wireName())
                    .stateReason(null)
                    .stateReasonCode(null)
                    .lastUpdateStatus(SUCCESSFUL)
                    .lastUpdateStatusReason(null)
                    .lastUpdateStatusReasonCode(null)
                    .revisionId(revisionId)
                    .build();
            return serving(function).withLatest(latest.with(updated));
        }
        return function;
    }

    /// A published version at the end of its creation. It keeps its revision id.
    static VersionRecord settled(VersionRecord version) {
        var shown = version.configuration();
        return isPending(shown) ? version.with(active(shown, String.valueOf(shown.revisionId()))) : version;
    }

    /// A published version whose initialisation failed, as SnapStart needs it.
    static VersionRecord failed(VersionRecord version) {
        var shown = version.configuration();
        return isPending(shown)
                ? version.with(shown.toBuilder()
                        .state(FunctionState.FAILED.wireName())
                        .stateReason(FAILED)
                        .stateReasonCode(FUNCTION_ERROR)
                        .snapStart(SettingsShown.optimized(shown.snapStart(), false))
                        .build())
                : version;
    }

    /// A published version at the end of its creation, of which no environment could be initialised ahead.
    static VersionRecord unoptimized(VersionRecord version) {
        var shown = version.configuration();
        return isPending(shown)
                ? settled(version.with(shown.toBuilder()
                        .snapStart(SettingsShown.optimized(shown.snapStart(), false))
                        .build()))
                : version;
    }

    /// A version that cannot run any more, as long as what it depends on is not there.
    static FunctionConfiguration inactive(FunctionConfiguration shown, String reason, String revisionId) {
        return shown.toBuilder()
                .state(FunctionState.INACTIVE.wireName())
                .stateReason(reason)
                .stateReasonCode(DEPENDENCY)
                .revisionId(revisionId)
                .build();
    }

    static boolean isActive(FunctionConfiguration shown) {
        return FunctionState.ACTIVE.wireName().equals(shown.state()) && !isUpdating(shown);
    }

    static boolean isInTransition(FunctionRecord function) {
        var shown = function.latest().configuration();
        return isPending(shown) || isUpdating(shown);
    }

    /// Refuses a change of a function that is not at rest.
    static void requireSettled(FunctionRecord function) {
        var shown = function.latest().configuration();
        if (isPending(shown)) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "The operation cannot be performed at this time."
                            + " The function is currently in the following state: " + shown.state());
        }
        if (isUpdating(shown)) {
            throw Refusals.updateInProgress(function.id());
        }
    }

    private static boolean isPending(FunctionConfiguration configuration) {
        return FunctionState.PENDING.wireName().equals(configuration.state());
    }

    private static boolean isUpdating(FunctionConfiguration configuration) {
        return IN_PROGRESS.equals(configuration.lastUpdateStatus());
    }
}
