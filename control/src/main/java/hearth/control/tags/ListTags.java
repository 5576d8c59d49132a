package hearth.control.tags;

import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.model.api.ListTagsRequest;
import hearth.model.api.ListTagsResponse;

/// `GET /2017-03-31/tags/{Resource}`
final class ListTags implements Operation<ListTagsRequest, ListTagsResponse> {
    private final Tags tags;

    ListTags(Tags tags) {
        this.tags = tags;
    }

    @Override
    public ListTagsResponse handle(Caller caller, ListTagsRequest request) {
        return ListTagsResponse.builder()
                .tags(tags.of(caller, request.resource(), "ListTags"))
                .build();
    }
}
