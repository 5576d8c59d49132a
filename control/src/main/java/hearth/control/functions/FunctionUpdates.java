package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.model.FunctionId;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Begins updates of code and configuration: whether one may begin, what it makes of the function, and that it comes
/// to its end.
final class FunctionUpdates {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Transitions transitions;

    FunctionUpdates(FunctionStore functions, RevisionIds revisionIds, Transitions transitions) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.transitions = transitions;
    }

    Change update(
            FunctionId function,
            @Nullable String revisionId,
            boolean publish,
            Function<FunctionRecord, VersionRecord> decide) {
        return update(function, revisionId, publish, _ -> {}, decide);
    }

    /// @param revisionId that the caller takes `$LATEST` to have; null when it does not matter
    /// Whatever an update changes, publishing after it makes a new version.
    ///
    /// @param publish whether the new `$LATEST` becomes a version at once
    /// @param check looks at what else belongs to the function, and throws if it may not be changed so
    /// @param decide makes the new `$LATEST` from the function, with its present generation; pure
    Change update(
            FunctionId function,
            @Nullable String revisionId,
            boolean publish,
            Consumer<FunctionView> check,
            Function<FunctionRecord, VersionRecord> decide) {
        // Taken beforehand: fetching them while the writer waits for the decision would wait for the writer.
        long generation = functions.nextGeneration();
        var publication = new Publication(null, functions.nextGeneration(), revisionIds.next(), revisionIds.next());
        var change = functions
                .update(function, check, before -> {
                    requireUpdatable(before, revisionId);
                    var updating = Lifecycle.updating(
                            before, regenerated(before, decide.apply(before), generation), revisionIds.next());
                    return publish
                            ? publication.of(updating)
                            : Change.to(updating.withPublished(updating.versionCounter(), 0));
                })
                .orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        transitions.settle(change);
        return change;
    }

    static void requireUpdatable(FunctionRecord function, @Nullable String revisionId) {
        Lifecycle.requireSettled(function);
        requireRevision(function, revisionId);
    }

    static void requireRevision(FunctionRecord function, @Nullable String revisionId) {
        if (revisionId != null
                && !revisionId.equals(function.latest().configuration().revisionId())) {
            throw Refusals.revisionMismatch();
        }
    }

    /// Environments go on when the update changes nothing that matters to them.
    private static VersionRecord regenerated(FunctionRecord before, VersionRecord next, long generation) {
        boolean same = before.latest().code().equals(next.code())
                && before.latest().source().equals(next.source())
                && Configurations.sameContent(before.latest().configuration(), next.configuration());
        return same ? next : next.with(generation);
    }
}
