package hearth.control.tags;

import hearth.control.operation.Operations;
import java.util.List;

/// The operations on tags.
public final class TagOperations {
    private TagOperations() {}

    public static void addTo(Operations operations, List<Taggable> kinds) {
        var tags = new Tags(kinds);
        operations.add(new ListTags(tags)).add(new TagResource(tags)).add(new UntagResource(tags));
    }
}
