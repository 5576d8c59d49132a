package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.control.operation.ResourceArn;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Target;
import hearth.control.tags.Taggable;
import hearth.model.FunctionId;
import java.util.Map;
import java.util.function.UnaryOperator;

/// The tags of functions. They belong to the function as a whole, and to change them makes a new revision of it.
final class FunctionTags implements Taggable {
    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    FunctionTags(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    @Override
    public String kind() {
        return "function";
    }

    @Override
    public Map<String, String> tags(Caller caller, ResourceArn resource, String action) {
        var function = function(caller, resource, action);
        return functions
                .find(function)
                .map(FunctionRecord::tags)
                .orElseThrow(() -> Refusals.functionNotFound(function.arn()));
    }

    @Override
    public void change(Caller caller, ResourceArn resource, String action, UnaryOperator<Map<String, String>> change) {
        var function = function(caller, resource, action);
        var revisionId = revisionIds.next();
        var changed = functions.update(function, before -> {
            var tags = change.apply(before.tags());
            var latest = before.latest();
            var shown =
                    latest.configuration().toBuilder().revisionId(revisionId).build();
            return Change.to(before.withTags(tags).withLatest(latest.with(shown)));
        });
        if (changed.isEmpty()) {
            throw Refusals.functionNotFound(function.arn());
        }
    }

    private static FunctionId function(Caller caller, ResourceArn resource, String action) {
        if (resource.id().contains(":")) {
            throw Refusals.invalid(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return Target.of(caller, resource.text(), null, action).function();
    }
}
