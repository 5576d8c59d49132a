package hearth.control;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.model.FunctionId;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.PublishVersionRequest;

/// `POST /2015-03-31/functions/{FunctionName}/versions`
final class PublishVersion implements Operation<PublishVersionRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;
    private final Transitions transitions;

    PublishVersion(FunctionStore functions, RevisionIds revisionIds, Transitions transitions) {
        this.functions = functions;
        this.revisionIds = revisionIds;
        this.transitions = transitions;
    }

    @Override
    public FunctionConfiguration handle(Caller caller, PublishVersionRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "PublishVersion");
        if (request.publishTo() != null) {
            throw Refusals.unsupported("PublishTo");
        }
        var publication = new Publication(
                request.description(), functions.nextGeneration(), revisionIds.next(), revisionIds.next());
        var change = functions
                .update(function, before -> decide(before, request, publication))
                .orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        transitions.settle(change);
        return change.published().isPresent()
                ? change.published().get().configuration()
                : newest(function, change.function());
    }

    private static Change decide(FunctionRecord function, PublishVersionRequest request, Publication publication) {
        FunctionUpdates.requireUpdatable(function, request.revisionId());
        var real = function.latest().configuration().codeSha256();
        if (request.codeSha256() != null && !request.codeSha256().equals(real)) {
            throw Refusals.invalid(
                    "CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST."
                            .formatted(request.codeSha256(), real));
        }
        return Publication.isNeedless(function) ? Change.to(function) : publication.of(function);
    }

    /// The version that holds what `$LATEST` holds.
    private FunctionConfiguration newest(FunctionId function, FunctionRecord record) {
        var number = Long.toString(record.versionCounter());
        return functions
                .find(function, number)
                .orElseThrow(() -> Refusals.functionNotFound(function.arn(number)))
                .configuration();
    }
}
