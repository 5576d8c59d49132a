package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Refusals;
import hearth.model.api.FunctionConfiguration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes a version of `$LATEST` as it is now.
///
/// @param description of the version; null for that of `$LATEST`
/// @param generation of the version
/// @param revisionId of the version
/// @param latestRevisionId that `$LATEST` has from now on
record Publication(@Nullable String description, long generation, String revisionId, String latestRevisionId) {
    /// Whether there is a version already and no update came after it. That version is then answered instead.
    static boolean isNeedless(FunctionRecord function) {
        return function.publishedGeneration() == function.latest().generation();
    }

    /// A new version as it is answered: AWS shows it at the end of its creation at once. Looked up, it may be
    /// on its way.
    /// Under SnapStart it is, for long enough to be seen.
    static FunctionConfiguration answered(VersionRecord version) {
        return version.isSnapStart()
                ? version.configuration()
                : Lifecycle.settled(version).configuration();
    }

    /// The version that holds what `$LATEST` holds, where publishing is needless.
    static FunctionConfiguration newest(FunctionStore functions, FunctionRecord function) {
        var number = Long.toString(function.versionCounter());
        return answered(functions
                .find(function.id(), number)
                .orElseThrow(() -> Refusals.functionNotFound(function.id().arn(number))));
    }

    Change of(FunctionRecord function) {
        var latest = function.latest();
        long number = function.versionCounter() + 1;
        var shown = latest.configuration().toBuilder()
                .snapStart(SettingsShown.published(latest.configuration().snapStart()))
                .version(Long.toString(number))
                .functionArn(function.id().arn(Long.toString(number)))
                .description(Objects.requireNonNullElse(
                        description, latest.configuration().description()))
                .build();
        var version = latest.with(Lifecycle.pending(shown, revisionId)).with(generation);
        var next = function.withLatest(latest.with(latest.configuration().toBuilder()
                        .revisionId(latestRevisionId)
                        .build()))
                .withPublished(number, latest.generation());
        return Change.publishing(next, version);
    }
}
