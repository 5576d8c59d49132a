package hearth.control.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Empty values of requests, which stand for values left out.
final class OmittedValues {
    private OmittedValues() {}

    /// Null for an empty text.
    static @Nullable String text(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /// Null for an empty list.
    static <T> @Nullable List<T> list(@Nullable List<T> list) {
        return list == null || list.isEmpty() ? null : list;
    }
}
