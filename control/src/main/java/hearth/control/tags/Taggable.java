package hearth.control.tags;

import hearth.control.operation.Caller;
import hearth.control.operation.ResourceArn;
import java.util.Map;
import java.util.function.UnaryOperator;

/// One kind of resource that can have tags. Refuses, in its own words, what is not there.
public interface Taggable {
    /// The kind as ARNs name it: `event-source-mapping`.
    String kind();

    /// @param action that the caller asks for: `ListTags`
    Map<String, String> tags(Caller caller, ResourceArn resource, String action);

    /// @param change pure
    void change(Caller caller, ResourceArn resource, String action, UnaryOperator<Map<String, String>> change);
}
