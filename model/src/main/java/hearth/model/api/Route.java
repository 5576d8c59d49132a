package hearth.model.api;

import java.util.List;
import java.util.Map;

/// The operation to which a request's method and path lead, if any.
public sealed interface Route {
    /// @param pathParameters the labels of the operation's path, decoded
    record Matched(ApiOperation operation, Map<String, String> pathParameters) implements Route {}

    /// The path is one of the API's, but with another method.
    ///
    /// @param allowed the methods that it has
    record WrongMethod(List<String> allowed) implements Route {}

    /// No operation has such a path.
    record Unknown() implements Route {}
}
