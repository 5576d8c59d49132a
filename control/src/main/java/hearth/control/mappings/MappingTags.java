package hearth.control.mappings;

import hearth.cluster.MappingRecord;
import hearth.cluster.MappingStore;
import hearth.control.operation.Caller;
import hearth.control.operation.ResourceArn;
import hearth.control.tags.Taggable;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.EventSourceMappingId;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The tags of event source mappings.
final class MappingTags implements Taggable {
    private final MappingStore mappings;

    MappingTags(MappingStore mappings) {
        this.mappings = mappings;
    }

    @Override
    public String kind() {
        return "event-source-mapping";
    }

    @Override
    public Map<String, String> tags(Caller caller, ResourceArn resource, String action) {
        return mappings.find(id(caller, resource, action))
                .map(MappingRecord::tags)
                .orElseThrow(() -> notFound(resource));
    }

    @Override
    public void change(Caller caller, ResourceArn resource, String action, UnaryOperator<Map<String, String>> change) {
        var changed = mappings.update(
                id(caller, resource, action),
                before -> Optional.of(before.withTags(change.apply(before.tags()))),
                (_, _) -> {});
        if (changed.isEmpty()) {
            throw notFound(resource);
        }
    }

    private static EventSourceMappingId id(Caller caller, ResourceArn resource, String action) {
        resource.requireOwn(caller, action);
        if (!resource.region().equals(caller.region())) {
            throw notFound(resource);
        }
        return new EventSourceMappingId(resource.account(), resource.region(), resource.id());
    }

    private static ApiException notFound(ResourceArn resource) {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "Event source mapping not found: " + resource.text());
    }
}
