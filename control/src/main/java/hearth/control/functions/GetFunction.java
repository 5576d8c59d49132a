package hearth.control.functions;

import hearth.cluster.VersionRecord;
import hearth.control.code.ReferredPackages;
import hearth.control.operation.Caller;
import hearth.control.operation.CodeLocation;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.model.api.Concurrency;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionCodeLocationError;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetFunctionResponse;

/// `GET /2015-03-31/functions/{FunctionName}`
final class GetFunction implements Operation<GetFunctionRequest, GetFunctionResponse> {
    private final FunctionLookup lookup;
    private final CodeLocation codeLocation;
    private final ReferredPackages referred;

    GetFunction(FunctionLookup lookup, CodeLocation codeLocation, ReferredPackages referred) {
        this.lookup = lookup;
        this.codeLocation = codeLocation;
        this.referred = referred;
    }

    @Override
    public GetFunctionResponse handle(Caller caller, GetFunctionRequest request) {
        var target = Target.of(caller, request.functionName(), request.qualifier(), "GetFunction");
        var found = lookup.find(target);
        return GetFunctionResponse.builder()
                .configuration(found.shown())
                .code(code(caller, found.version()))
                .tags(found.tags().isEmpty() ? null : found.tags())
                .concurrency(found.reserved()
                        .map(reserved -> Concurrency.builder()
                                .reservedConcurrentExecutions(reserved)
                                .build())
                        .orElse(null))
                .build();
    }

    private static FunctionCodeLocationError error(ReferredPackages.Problem problem) {
        return FunctionCodeLocationError.builder()
                .errorCode(problem.code())
                .message(problem.message())
                .build();
    }

    private FunctionCodeLocation code(Caller caller, VersionRecord version) {
        if (version.isInS3()) {
            var problem = referred.problem(version.code()).map(GetFunction::error);
            return version.source().toBuilder().error(problem.orElse(null)).build();
        }
        return PackageType.isImage(version.configuration())
                ? version.source()
                : version.source().toBuilder()
                        .location(codeLocation.of(caller, version.code()).orElse(null))
                        .build();
    }
}
