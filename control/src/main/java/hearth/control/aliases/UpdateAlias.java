package hearth.control.aliases;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.cluster.Setting;
import hearth.control.concurrency.ProvisionedRules;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Qualifiers;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.UpdateAliasRequest;
import java.util.Objects;

/// `PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}`
final class UpdateAlias implements Operation<UpdateAliasRequest, AliasConfiguration> {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    UpdateAlias(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    @Override
    public AliasConfiguration handle(Caller caller, UpdateAliasRequest request) {
        var function = Target.unqualified(caller, request.functionName(), "UpdateAlias");
        var revisionId = revisionIds.next();
        return functions.edit(function, edit -> update(edit, request, revisionId));
    }

    /// A new revision even if nothing changes, as with AWS.
    private static AliasConfiguration update(FunctionEdit function, UpdateAliasRequest request, String revisionId) {
        var name = Objects.requireNonNull(request.name());
        var before = function.alias(name)
                .orElseThrow(() -> new ApiException(
                        ApiError.RESOURCE_NOT_FOUND,
                        "Alias not found: " + function.id().arn(name)));
        if (request.revisionId() != null && !request.revisionId().equals(before.revisionId())) {
            throw Refusals.revisionMismatch();
        }
        var after = before.toBuilder().revisionId(revisionId);
        if (request.functionVersion() != null) {
            after.functionVersion(request.functionVersion());
        }
        if (request.description() != null) {
            after.description(request.description());
        }
        if (request.routingConfig() != null) {
            after.routingConfig(AliasRouting.shown(request.routingConfig()));
        }
        var alias = after.build();
        AliasRouting.check(function, alias);
        if (function.setting(Setting.PROVISIONED_CONCURRENCY, name).isPresent()) {
            ProvisionedRules.check(function, name, Qualifiers.versions(alias));
        }
        function.put(alias);
        return alias;
    }
}
