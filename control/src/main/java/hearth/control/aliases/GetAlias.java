package hearth.control.aliases;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.GetAliasRequest;
import java.util.Objects;

/// `GET /2015-03-31/functions/{FunctionName}/aliases/{Name}`
final class GetAlias implements Operation<GetAliasRequest, AliasConfiguration> {
    private final FunctionStore functions;

    GetAlias(FunctionStore functions) {
        this.functions = functions;
    }

    @Override
    public AliasConfiguration handle(Caller caller, GetAliasRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "GetAlias");
        var name = Objects.requireNonNull(request.name());
        return functions
                .read(function, view -> view.alias(name))
                .orElseThrow(() -> Refusals.aliasNotFound(function.arn(name)));
    }
}
