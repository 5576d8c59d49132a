package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.control.code.CodeStorage;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.PublishVersionRequest;

/// `POST /2015-03-31/functions/{FunctionName}/versions`
final class PublishVersion implements Operation<PublishVersionRequest, FunctionConfiguration> {
    private final FunctionStore functions;
    private final CodeStorage storage;
    private final RevisionIds revisionIds;
    private final Transitions transitions;

    PublishVersion(FunctionStore functions, CodeStorage storage, RevisionIds revisionIds, Transitions transitions) {
        this.functions = functions;
        this.storage = storage;
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
        var before = functions.find(function).orElseThrow(() -> Refusals.functionNotFound(function.arn()));
        try (var _ = storage.take(function.account(), function.region(), growth(before))) {
            var change = functions
                    .update(function, now -> decide(now, request, publication))
                    .orElseThrow(() -> Refusals.functionNotFound(function.arn()));
            transitions.settle(change);
            return change.published().isPresent()
                    ? Publication.answered(change.published().get())
                    : Publication.newest(functions, change.function());
        }
    }

    private static long growth(FunctionRecord function) {
        return Publication.isNeedless(function) ? 0 : function.latest().storedSize();
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
}
