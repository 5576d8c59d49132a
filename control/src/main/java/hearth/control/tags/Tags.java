package hearth.control.tags;

import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.control.operation.ResourceArn;
import hearth.model.ApiError;
import hearth.model.ApiException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds the resource whose tags an ARN means.
public final class Tags {
    private static final int MOST = 50;

    private final Map<String, Taggable> kinds;

    Tags(List<Taggable> kinds) {
        this.kinds = kinds.stream().collect(Collectors.toMap(Taggable::kind, Function.identity()));
    }

    public static void requireFew(Map<String, String> tags) {
        if (tags.size() > MOST) {
            throw Refusals.invalid("Number of tags exceeds resource tag limit.");
        }
    }

    Map<String, String> of(Caller caller, @Nullable String resource, String action) {
        var arn = ResourceArn.parse(resource);
        return find(arn).tags(caller, arn, action);
    }

    void change(Caller caller, @Nullable String resource, String action, UnaryOperator<Map<String, String>> change) {
        var arn = ResourceArn.parse(resource);
        find(arn).change(caller, arn, action, before -> {
            var after = change.apply(before);
            requireFew(after);
            return after;
        });
    }

    private Taggable find(ResourceArn arn) {
        var kind = kinds.get(arn.kind());
        if (kind != null) {
            return kind;
        }
        if (arn.kind().equals("capacity-provider")) {
            throw new ApiException(ApiError.RESOURCE_NOT_FOUND, "Capacity provider not found: " + arn.text());
        }
        // The pattern of ARNs lets them through, but AWS has no tags on them.
        throw Refusals.invalid("Tags on layers are not supported.");
    }
}
