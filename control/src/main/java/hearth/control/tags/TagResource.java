package hearth.control.tags;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.model.api.NoContent;
import hearth.model.api.TagResourceRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// `POST /2017-03-31/tags/{Resource}`
final class TagResource implements Operation<TagResourceRequest, NoContent> {
    private final Tags tags;

    TagResource(Tags tags) {
        this.tags = tags;
    }

    @Override
    public NoContent handle(Caller caller, TagResourceRequest request) {
        Map<String, String> added = Objects.requireNonNullElse(request.tags(), Map.of());
        if (added.isEmpty()) {
            throw Refusals.invalid("An error occurred and the request cannot be processed.");
        }
        tags.change(caller, request.resource(), "TagResource", before -> {
            var all = new LinkedHashMap<>(before);
            all.putAll(added);
            return all;
        });
        return NoContent.INSTANCE;
    }
}
