package hearth.control.aliases;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.CreateAliasRequest;
import java.util.Objects;

/// `POST /2015-03-31/functions/{FunctionName}/aliases`
final class CreateAlias implements Operation<CreateAliasRequest, AliasConfiguration> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    CreateAlias(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    @Override
    public AliasConfiguration handle(Caller caller, CreateAliasRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "CreateAlias");
        var name = Objects.requireNonNull(request.name());
        var alias = AliasConfiguration.builder()
                .aliasArn(function.arn(name))
                .name(name)
                .functionVersion(request.functionVersion())
                .description(Objects.requireNonNullElse(request.description(), ""))
                .routingConfig(AliasRouting.shown(request.routingConfig()))
                .revisionId(revisionIds.next())
                .build();
        return functions.edit(function, edit -> create(edit, alias));
    }

    private static AliasConfiguration create(FunctionEdit function, AliasConfiguration alias) {
        if (function.function().isEmpty()) {
            throw Refusals.functionNotFound(function.id().arn(Qualifiers.primary(alias)));
        }
        AliasRouting.check(function, alias);
        if (function.alias(Objects.requireNonNull(alias.name())).isPresent()) {
            throw new ApiException(ApiError.RESOURCE_CONFLICT, "Alias already exists: " + alias.aliasArn());
        }
        function.put(alias);
        return alias;
    }
}
