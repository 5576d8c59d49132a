package hearth.control.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values of requests that say "none" by being empty.
final class Given {
    private Given() {}

    /// Null for an empty text.
    static @Nullable String text(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /// Null for an empty list.
    static <T> @Nullable List<T> list(@Nullable List<T> list) {
        return list == null || list.isEmpty() ? null : list;
    }
}
