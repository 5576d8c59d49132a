package hearth.control.tags;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.NoContent;
import hearth.model.api.UntagResourceRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;

/// `DELETE /2017-03-31/tags/{Resource}`
final class UntagResource implements Operation<UntagResourceRequest, NoContent> {
    private final Tags tags;

    UntagResource(Tags tags) {
        this.tags = tags;
    }

    @Override
    public NoContent handle(Caller caller, UntagResourceRequest request) {
        List<String> keys = Objects.requireNonNullElse(request.tagKeys(), List.of());
        tags.change(caller, request.resource(), "UntagResource", before -> {
            var left = new LinkedHashMap<>(before);
            left.keySet().removeAll(keys);
            return left;
        });
        return NoContent.INSTANCE;
    }
}
