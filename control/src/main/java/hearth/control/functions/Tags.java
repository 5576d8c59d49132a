package hearth.control.functions;

import hearth.cluster.Change;
import hearth.cluster.FunctionRecord;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.control.operation.RevisionIds;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.FunctionRef;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The tags of functions, for the three operations on them.
final class Tags {
    private static final int MOST = 50;

    private final FunctionStore functions;
    private final RevisionIds revisionIds;

    Tags(FunctionStore functions, RevisionIds revisionIds) {
        this.functions = functions;
        this.revisionIds = revisionIds;
    }

    static void requireFew(Map<String, String> tags) {
        if (tags.size() > MOST) {
            throw Refusals.invalid("Number of tags exceeds resource tag limit.");
        }
    }

    Map<String, String> of(FunctionId function) {
        return functions
                .find(function)
                .map(FunctionRecord::tags)
                .orElseThrow(() -> Refusals.functionNotFound(function.arn()));
    }

    /// @param change pure
    void change(FunctionId function, UnaryOperator<Map<String, String>> change) {
        var revisionId = revisionIds.next();
        var changed = functions.update(function, before -> {
            var tags = change.apply(before.tags());
            requireFew(tags);
            var latest = before.latest();
            var shown =
                    latest.configuration().toBuilder().revisionId(revisionId).build();
            return Change.to(before.withTags(tags).withLatest(latest.with(shown)));
        });
        if (changed.isEmpty()) {
            throw Refusals.functionNotFound(function.arn());
        }
    }

    /// The function that an ARN names. There is nothing else to tag yet.
    static FunctionId function(Caller caller, @Nullable String resource, String action) {
        var arn = String.valueOf(resource);
        if (arn.contains(":event-source-mapping:")) {
            throw new ApiException(ApiError.RESOURCE_NOT_FOUND, "Event source mapping not found: " + arn);
        }
        if (arn.contains(":capacity-provider:")) {
            throw new ApiException(ApiError.RESOURCE_NOT_FOUND, "Capacity provider not found: " + arn);
        }
        // A reference need not be an ARN: a layer's would be one to a function named `layer`.
        var ref = FunctionRef.parse(arn)
                .filter(_ -> arn.contains(":function:"))
                .orElseThrow(() -> Refusals.unsupported("tags on anything but functions"));
        if (ref.qualifier() != null) {
            throw Refusals.invalid(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return ref.resolve(caller.account(), caller.region(), action);
    }
}
