package hearth.control.functions;

import hearth.cluster.FunctionStore;
import hearth.cluster.FunctionView;
import hearth.cluster.VersionRecord;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;

/// `DELETE /2015-03-31/functions/{FunctionName}`: a function with all its versions, or one version.
final class DeleteFunction implements Operation<DeleteFunctionRequest, DeleteFunctionResponse> {
    private final FunctionStore functions;

    DeleteFunction(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public DeleteFunctionResponse handle(Caller caller, DeleteFunctionRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "DeleteFunction");
        if (target.qualifier() == null) {
            if (!functions.delete(target.function())) {
                throw Refusals.functionNotFound(target.arn());
            }
        } else {
            deleteVersion(target);
        }
        return DeleteFunctionResponse.builder().build();
    }

    /// A version that is not there (any more) counts as deleted.
    private void deleteVersion(Target target) {
        var version = target.version();
        if (version.equals(FunctionId.LATEST)) {
            throw Refusals.invalid("$LATEST version cannot be deleted without deleting the function.");
        }
        functions.edit(target.function(), edit -> {
            if (edit.function().isEmpty()) {
                // AWS names the function alone, whichever version was to go.
                throw Refusals.functionNotFound(target.function().arn());
            }
            if (edit.alias(version).isPresent()) {
                throw Refusals.invalid("Deletion of aliases is not currently supported.");
            }
            requireUnreferenced(edit, version);
            return VersionRecord.number(version).map(edit::deleteVersion);
        });
    }

    private static void requireUnreferenced(FunctionView function, String version) {
        var referring = function.aliases().stream()
                .filter(alias -> Qualifiers.versions(alias).contains(version))
                .map(alias -> String.valueOf(alias.name()))
                .toList();
        if (!referring.isEmpty()) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "Version %s is being referenced by the following aliases: %s. Please update or delete these aliases before deleting the version."
                            .formatted(version, String.join(", ", referring)));
        }
    }
}
